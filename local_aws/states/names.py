"""The names and ARNs of Step Functions: how they are built, taken apart and checked.

Source: the patterns of the AWS Step Functions API reference ("CreateStateMachine", name).
"""

from __future__ import annotations

import re

from local_aws.call import ApiError
from local_aws.house import Host

_REFUSED = re.compile(r"""[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]""")
_ARN = re.compile(r"arn:aws:states:[a-z0-9-]+:\d{12}:(?P<kind>[A-Za-z]+):(?P<rest>.+)")
_ROLE_ARN = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/.+")
MAX_NAME = 80


def is_refused(name: str) -> bool:
    """Whether a text has a character that no name of Step Functions may have."""
    return _REFUSED.search(name) is not None


def check_name(name: str) -> None:
    """Raise unless a machine or an execution may have this name.

    Raises:
        ApiError: `InvalidName`.
    """
    if not name or len(name) > MAX_NAME or is_refused(name):
        raise ApiError("InvalidName", f"Invalid Name: '{name}'")


def machine_arn(host: Host, name: str) -> str:
    """The ARN of a machine."""
    return f"arn:aws:states:{host.region}:{host.account}:stateMachine:{name}"


def activity_arn(host: Host, name: str) -> str:
    """The ARN of an activity."""
    return f"arn:aws:states:{host.region}:{host.account}:activity:{name}"


def execution_arn(machine: str, name: str) -> str:
    """The ARN of an execution of a machine, which is given by its own ARN."""
    return f"{machine.replace(':stateMachine:', ':execution:', 1)}:{name}"


def machine_of(execution: str) -> str:
    """The ARN of the machine of an execution."""
    return execution.replace(":execution:", ":stateMachine:", 1).rpartition(":")[0]


def check_arn(arn: str, *kinds: str) -> None:
    """Raise unless an ARN is one of Step Functions, of one of these kinds (`execution`).

    Raises:
        ApiError: `InvalidArn`; `ValidationException` where the ARN of a machine names one of its Distributed Maps, as
            the API reference has it. The words of that one are not AWS's.
    """
    match = _ARN.fullmatch(arn)
    if match is None:
        raise ApiError("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {arn}'")
    if match["kind"] not in kinds:
        raise ApiError("InvalidArn", f"Invalid Arn: 'Resource type not valid in this context: {match['kind']}'")
    if match["kind"] == "stateMachine" and "/" in match["rest"]:
        message = f"The ARN of a Distributed Map state is not valid in this context: '{arn}'"
        raise ApiError("ValidationException", message)


def check_role_arn(arn: str) -> None:
    """Raise unless an ARN is one of a role, which may not be there all the same.

    Raises:
        ApiError: `InvalidArn`, in the words of public reports (aws/amazon-sagemaker-examples issue 2432).
    """
    if _ROLE_ARN.fullmatch(arn) is None:
        raise ApiError("InvalidArn", f"Invalid Role Arn: '{arn}'")
