"""Serves one SunSpec image (a JSON file) with pymodbus. Prints its port; ends when its input closes."""
import asyncio
import json
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusTcpServer


async def main() -> None:
    with open(sys.argv[1], encoding="utf8") as file:
        image = json.load(file)
    block = ModbusSequentialDataBlock(image["address"], image["registers"])
    # zero_mode: addresses as on the wire. Without a block of their own, coils and inputs start at 0.
    unit = ModbusSlaveContext(hr=block, zero_mode=True)
    context = ModbusServerContext(slaves={image["unit"]: unit}, single=False)
    server = ModbusTcpServer(context, address=("127.0.0.1", 0))
    serving = asyncio.ensure_future(server.serve_forever())
    await server.serving
    print(server.server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    serving.cancel()


asyncio.run(main())
