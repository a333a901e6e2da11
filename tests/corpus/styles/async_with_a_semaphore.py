import asyncio
import os

import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
GATE = asyncio.Semaphore(2)


async def customer(name: str) -> stripe.Customer:
    async with GATE:
        return await stripe.Customer.create_async(name=name, email=f"{name.lower()}@example.com")


async def main() -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(customer(name)) for name in ("Ada", "Barbara", "Katherine")]
    made = [task.result() for task in tasks]
    found = await stripe.Customer.list_async(limit=10)
    names = [one.name async for one in found.auto_paging_iter()]
    missing = {one.name for one in made} - set(names)
    print(f"made {len(made)}, listed {len(names)}, missing {missing or 'none'}")


asyncio.run(main())
