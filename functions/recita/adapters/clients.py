"""How services are asked that cost next to nothing: S3, DynamoDB, Step Functions, EventBridge.

A step makes dozens of these calls, and each may be made again without harm; were none, one lost
answer would run the step again. What is paid is asked once: see ``provider``.
"""

from __future__ import annotations

from botocore.config import Config

CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
)
"""All attempts and the waits between them fit into the shortest function's time, a minute."""
