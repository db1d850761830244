// JSONata's reference implementation at work for `benchmarks.jsonata`: a line of JSON in, the seconds it took out.
//
// In: {"expression": text, "data": what `$data` is}. Out: {"seconds": of the processor, "value": what it came to}.
import jsonata from "jsonata";
import readline from "node:readline";

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { expression, data } = JSON.parse(line);
  const parsed = jsonata(expression);
  const before = process.cpuUsage();
  const value = await parsed.evaluate({}, { data });
  const taken = process.cpuUsage(before);
  console.log(JSON.stringify({ seconds: (taken.user + taken.system) / 1e6, value }));
}
