"""Amazon EventBridge: buses, rules that match, targets that are called, and the scheduled rules of the default bus."""
