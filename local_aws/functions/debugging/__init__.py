"""A debugger in a function: the port on which an editor attaches, and the time for which the function stood still."""

from local_aws.functions.debugging.debugger import Debugger, Debuggers

__all__ = ["Debugger", "Debuggers"]
