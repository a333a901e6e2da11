"""Lambda on the local machine: functions run from their zips under AWS's own runtime client.

Reading order: `functions.Functions` (the service), `pool` and `process` (one execution environment), `runtime_api` (what the
runtime client speaks to), `zygote` and `boot` (what runs inside the processes). This file imports nothing, because the
zygote imports the package too and must stay empty of ours.

How this differs from Lambda:

- **Tenants share environments.** On Lambda a PER_TENANT function never reuses an environment for another tenant. Here it
  does: in the local cloud the wall is the function's own sandbox, and one fork per run inside it stands for the fresh tenant
  environment. The tenant must still be given, and reaches the handler's context.
- **Memory** is bounded by RLIMIT_DATA (private writable memory of each process, not the sum of resident pages): too much
  raises MemoryError in the handler instead of ending the process with `Runtime.OutOfMemory`.
- **Start-up** has its own, longer time limit and never counts as the function's time; an idle environment is not frozen.
- **boto3 and what it needs** are shared with all functions and come with the local installation's version. A zip that carries
  its own boto3 or runtime client is started without the zygote, so that its copy runs; one that carries its own urllib3,
  dateutil, six or jmespath imports that copy, while boto3 keeps the one it was imported with.
- Asynchronous invocations are run once, without retries. A function has at most 20 environments for callers who wait for an
  answer, who wait 40 s for a free one before they are throttled, and as many for asynchronous ones, which are never throttled.
"""
