"""EventBridge Scheduler: schedules with a role of their own that call a target, once or again and again."""
