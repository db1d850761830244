"""tbd"""

from local_aws.states.foundation import StatesFoundation


class TestStateOperation(StatesFoundation):
    pass
