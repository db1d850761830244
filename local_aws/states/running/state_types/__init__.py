"""The state types of the States Language, a class each; `state` holds what they share."""
