"""What somebody writes who sets up a peer of the kind by its own documentation: the small files that `bench.peers` gives each of them.

They read where to listen and what to write to from the environment: PORT, TOPIC, and PostgreSQL's own PGHOST, PGUSER and PGDATABASE.
"""

ELEMENTS = (
    "persyaratan", "prosedur", "waktu", "biaya", "produk", "kompetensi", "perilaku", "pengaduan", "sarpras",
)  # fmt: skip
TEXTS = ("id", "unit", "kiosk", "service", "instrument", "channel", "language")
NUMBERS = ("at", "duration_s", *ELEMENTS)
COLUMNS = (*TEXTS, *NUMBERS)


def create(*, key: bool = False, raw: bool = False) -> str:
    """Give the table's statement; `key`: an id may stand once; `raw`: with the column that mqttwarn wants for the whole message."""
    texts = [f"{name} TEXT" + (" PRIMARY KEY" if key and name == "id" else "") for name in TEXTS]
    return f"CREATE TABLE response ({', '.join([*texts, *(f'{name} BIGINT' for name in NUMBERS), *(['raw TEXT'] if raw else [])])})"


_NAMES = ", ".join(COLUMNS)
_DOLLARS = ", ".join(f"${place + 1}" for place in range(len(COLUMNS)))

MQTTWARN = """\
[defaults]
hostname = '127.0.0.1'
port = {port}
clientid = 'mqttwarn'
cleansession = False
protocol = 4
loglevel = INFO
launch = {service}
status_publish = False

[config:postgres]
host = '{host}'
port = 5432
user = '{user}'
pass = None
dbname = '{database}'
targets = {{ 'response': ['response', 'raw', 'public'] }}

[config:sqlite]
targets = {{ 'response': ['{file}', 'response'] }}

[{topic}]
qos = 1
targets = {service}:response
"""

NODE_RED_SETTINGS = """\
const {{ Pool }} = require({modules} + '/pg')
module.exports = {{
  flowFile: 'flows.json', uiHost: '127.0.0.1', uiPort: {http}, disableEditor: true,
  functionGlobalContext: {{ pool: new Pool({{ max: 10 }}) }},
  logging: {{ console: {{ level: 'info', metrics: false, audit: false }} }}
}}
"""
"""The function node reaches `pg` as Node-RED's guide says, by `functionGlobalContext`; ten connections are the pool's default."""

NODE_RED_FUNCTION = f"""\
const columns = {list(COLUMNS)!r}
for (const one of [].concat(msg.payload)) {{
  await global.get('pool').query('INSERT INTO response ({_NAMES}) VALUES ({_DOLLARS})', columns.map(name => one[name]))
}}
"""


def node_red_flow(*, port: int, topic: str) -> list[dict[str, object]]:
    """Give the flow: an MQTT node whose session the broker keeps, and a function that inserts."""
    return [
        {"id": "t", "type": "tab", "label": "answers"},
        {
            "id": "b", "type": "mqtt-broker", "broker": "127.0.0.1", "port": str(port), "clientid": "node-red",
            "autoConnect": True, "usetls": False, "protocolVersion": "4", "keepalive": "60", "cleansession": False,
        },
        {
            "id": "i", "type": "mqtt in", "z": "t", "topic": topic, "qos": "1", "datatype": "json", "broker": "b",
            "inputs": 0, "wires": [["f"]],
        },
        {"id": "f", "type": "function", "z": "t", "func": NODE_RED_FUNCTION, "outputs": 0, "wires": []},
    ]  # fmt: skip


AEDES = f"""\
import {{ createServer }} from 'node:net'
import {{ Aedes }} from 'aedes'
import pg from 'pg'
const columns = {list(COLUMNS)!r}
const pool = new pg.Pool({{ max: 10 }})
const store = async packet => {{
  for (const one of [].concat(JSON.parse(packet.payload))) {{
    await pool.query('INSERT INTO response ({_NAMES}) VALUES ({_DOLLARS})', columns.map(name => one[name]))
  }}
}}
const broker = await Aedes.createBroker()
if (process.env.CAREFUL) {{
  // The one place from which the acknowledgement of a message can be held back.
  broker.authorizePublish = (client, packet, done) => store(packet).then(() => done(null), done)
}} else {{
  broker.on('publish', (packet, client) => {{ if (client) store(packet) }})
}}
createServer(broker.handle).listen(Number(process.env.PORT), '127.0.0.1')
"""

AMQTT_BROKER = """\
listeners:
  default:
    type: tcp
    bind: 127.0.0.1:{port}
plugins:
  amqtt.plugins.authentication.AnonymousAuthPlugin:
    allow_anonymous: true
"""

_INSERT = f"INSERT INTO response ({_NAMES}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"

AMQTT_CONSUMER = f"""\
import asyncio, json, os
import psycopg
from amqtt.client import MQTTClient
columns = {COLUMNS!r}

async def main():
    database = await psycopg.AsyncConnection.connect(autocommit=True)
    client = MQTTClient(client_id="consumer", config={{"auto_reconnect": True}})
    await client.connect(f"mqtt://127.0.0.1:{{os.environ['PORT']}}/", cleansession=False)
    await client.subscribe([(os.environ["TOPIC"], 1)])
    while True:
        content = json.loads((await client.deliver_message()).data)
        for one in content if isinstance(content, list) else [content]:
            await database.execute({_INSERT!r}, [one[name] for name in columns])

asyncio.run(main())
"""

PIKA = f"""\
import json, os
import pika, psycopg
columns = {COLUMNS!r}
insert = {_INSERT!r} + os.environ.get("CONFLICT", "")
group = int(os.environ.get("GROUP", "1"))
database = psycopg.connect()
channel = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", int(os.environ["PORT"]))).channel()
key = os.environ["TOPIC"].replace("/", ".")
channel.queue_declare(key, durable=True)
channel.queue_bind(key, "amq.topic", key)
channel.basic_qos(prefetch_count=max(100, 2 * group))
waiting, tag = [], 0

def commit():
    with database.cursor() as cursor:
        cursor.executemany(insert, [[one[name] for name in columns] for one in waiting])
    database.commit()
    channel.basic_ack(tag, multiple=True)
    waiting.clear()

for method, _, body in channel.consume(key, inactivity_timeout=0.05):
    if method is not None:
        content = json.loads(body)
        waiting += content if isinstance(content, list) else [content]
        tag = method.delivery_tag
    if waiting and (method is None or len(waiting) >= group):
        commit()
"""
