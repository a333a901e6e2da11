"""What brings messages and events to functions by itself: event source mappings of queues, and schedules.

How this differs from AWS:

- **A queue's messages are in memory.** What waited when the local cloud ended is sent again by the sweep at the next start;
  dead letters are forgotten, the records of their runs are not.
- **At most eight invocations of a mapping are under way at once**, whatever its maximum concurrency is: one machine has no room
  for more.
- **Schedules** know rates only, not cron or one point in time, and start over with each start.
"""

from agentic.local.queues.declarations import MappingDeclaration, ScheduleDeclaration
from agentic.local.queues.mappings import Mappings
from agentic.local.queues.schedules import Schedules

__all__ = ["MappingDeclaration", "Mappings", "ScheduleDeclaration", "Schedules"]
