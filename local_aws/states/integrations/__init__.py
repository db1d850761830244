"""What a Task state can call: from a `Resource` to the integration that does the work.

Every integration calls a public API at the front door, under the state machine's role. There are three kinds, as
on AWS ("Integrating services with Step Functions", AWS Step Functions developer guide):

- optimised ones (`arn:aws:states:::lambda:invoke`), some of which can wait: for a job to end (`.sync`), or for a
  task token to come back (`.waitForTaskToken`);
- any operation of any API (`arn:aws:states:::aws-sdk:s3:getObject`);
- a Lambda function by its own ARN.
"""

from local_aws.states.integrations.catalog import is_absent, is_known_elsewhere, known, resolve, s3_call
from local_aws.states.integrations.integration import Integration

__all__ = ["Integration", "is_absent", "is_known_elsewhere", "known", "resolve", "s3_call"]
