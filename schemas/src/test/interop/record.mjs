// Exchanges records with the Java side by way of Confluent's JavaScript client; InteropRecording starts it.
//
//   mkdir -p DIR && cd DIR && npm init -y && npm install @confluentinc/schemaregistry
//   mvn -pl schemas test -Dtest=InteropRecording -Dmemlora.interop.npm=DIR
//
// Reads answer.bin, which Java wrote, and writes what it found as answer.json;
// writes turn.bin, question.bin and forget.bin, which Java reads in InteropTest.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [npm, registry, fixtures, answers, events] = process.argv.slice(2);
const require = createRequire(join(npm, "package.json"));
const { AvroDeserializer, AvroSerializer, SchemaRegistryClient, SerdeType } = require("@confluentinc/schemaregistry");

// A schema file with the types it names put in at their first use.
function schema(name, seen = new Set()) {
  const inline = (node) => {
    if (typeof node === "string" && node.startsWith("org.memlora.schemas.")) {
      return seen.has(node) ? node : schema(node.split(".").pop(), seen);
    }
    if (Array.isArray(node)) return node.map(inline);
    if (node === null || typeof node !== "object") return node;
    const copy = {};
    for (const [key, value] of Object.entries(node)) copy[key] = ["type", "fields", "items"].includes(key) ? inline(value) : value;
    return copy;
  };
  seen.add("org.memlora.schemas." + name);
  return inline(JSON.parse(readFileSync(join("src/main/avro", name + ".avsc"), "utf8")));
}

const client = SchemaRegistryClient.newClient({ baseURLs: [registry] });

const deserializer = new AvroDeserializer(client, SerdeType.VALUE, {});
const answer = await deserializer.deserialize(answers, readFileSync(join(fixtures, "answer.bin")));
writeFileSync(join(fixtures, "answer.json"), JSON.stringify(answer, null, 2) + "\n");

await client.register(events + "-value", { schemaType: "AVRO", schema: JSON.stringify(schema("ConversationEvent")) });
const serializer = new AvroSerializer(client, SerdeType.VALUE, { useLatestVersion: true, autoRegisterSchemas: false });
const bodies = {
  turn: { "org.memlora.schemas.Turn": {
    speaker: "Zoë", text: "I moved to Malmö 🙂", endsExchange: true,
    picture: { bytes: Buffer.from([0xff, 0, 1, 2]), uri: null, mediaType: "image/png", caption: "a café" },
  } },
  question: { "org.memlora.schemas.Question": { text: "Where does Zoë live?", picture: null } },
  forget: { "org.memlora.schemas.Forget": { reason: "asked by the person" } },
};
for (const [name, body] of Object.entries(bodies)) {
  const event = { eventId: "e-1", bankId: "bank-7", time: Date.parse("2023-05-08T13:56:00.123Z"), body };
  writeFileSync(join(fixtures, name + ".bin"), await serializer.serialize(events, event));
}
process.exit(0);
