"""Operations on activities: create, read, list, delete, and the long poll by which a worker gets its next task."""

from __future__ import annotations

from typing import Any

from local_aws.call import ApiError, Call
from local_aws.states.api.foundation import StatesFoundation
from local_aws.states.api.machines import moment, tags_of
from local_aws.states.api.paging import page
from local_aws.states.names import activity_arn, check_arn, check_name
from local_aws.states.running.activities import Activity

POLL_SECONDS = 60.0
"""How long GetActivityTask waits for a task (API reference, GetActivityTask), on the wall's clock."""


class ActivityOperations(StatesFoundation):
    """CreateActivity to GetActivityTask. A worker reports by SendTaskSuccess and the like."""

    def create_activity(self, call: Call, **params: Any) -> dict[str, Any]:
        """Create an activity; asked for again, it gives the one that is there."""
        check_name(params["name"])
        arn = activity_arn(self.host, params["name"])
        activity = self._activities.add(Activity(params["name"], arn, tags_of(params)))
        return {"activityArn": activity.arn, "creationDate": moment(activity.created)}

    def describe_activity(self, call: Call, **params: Any) -> dict[str, Any]:
        """An activity as it is."""
        activity = self._activity(params["activityArn"])
        return {
            "activityArn": activity.arn,
            "name": activity.name,
            "creationDate": moment(activity.created),
            "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
        }

    def list_activities(self, call: Call, **params: Any) -> dict[str, Any]:
        """The activities by name."""
        activities, token = page(self._activities.all(), params)
        listed = [
            {"activityArn": activity.arn, "name": activity.name, "creationDate": moment(activity.created)}
            for activity in activities
        ]
        return {"activities": listed, **token}

    def delete_activity(self, call: Call, **params: Any) -> dict[str, Any]:
        """Delete an activity; one that isn't there is no error, as recorded."""
        check_arn(params["activityArn"], "activity")
        self._activities.remove(params["activityArn"])
        return {}

    def get_activity_task(self, call: Call, **params: Any) -> dict[str, Any]:
        """The next task for a worker; an answer without one where none came in time."""
        activity = self._activity(params["activityArn"])
        offer = self._activities.take(activity.arn, params.get("workerName"), POLL_SECONDS)
        return {} if offer is None else {"taskToken": offer.token, "input": offer.input}

    def _activity(self, arn: str) -> Activity:
        """Raises:
        ApiError: `InvalidArn`, `ActivityDoesNotExist`.
        """
        check_arn(arn, "activity")
        activity = self._activities.find(arn)
        if activity is None:
            raise ApiError("ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'")
        return activity
