"""What AWS does late, slowly or only when asked again: nothing of it without `--lag`, all of it with it.

The other rooms ask one `Lag`, and never whether there is one: without `--lag` it answers at once that all is done now.
"""

from local_aws.lag.kinds import Kind
from local_aws.lag.lag import Lag
from local_aws.lag.late import Late

__all__ = ["Kind", "Lag", "Late"]
