// Holds openapi.json against OpenAPI 3.1, and each answer given as FILE=SCHEMA against the schema of that name in it.
//   node check.mjs OPENAPI [FILE=SCHEMA...]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const load = createRequire(process.env.API_MODULES + "/");
const { Validator } = await import(load.resolve("@seriousme/openapi-schema-validator"));
const Ajv = load("ajv/dist/2020").default;

const [openapi, ...answers] = process.argv.slice(2);
const document = JSON.parse(readFileSync(openapi, "utf8"));
const validator = new Validator();
const verdict = await validator.validate(structuredClone(document));
if (!verdict.valid || validator.version !== "3.1") {
    console.error(JSON.stringify(verdict.errors), validator.version);
    process.exit(1);
}
const ajv = new Ajv({ strict: false, formats: { int64: true } });
ajv.addSchema(document, "openapi");
let wrong = 0;
for (const answer of answers) {
    const at = answer.lastIndexOf("=");
    const check = ajv.getSchema(`openapi#/components/schemas/${answer.slice(at + 1)}`);
    if (!check(JSON.parse(readFileSync(answer.slice(0, at), "utf8")))) {
        console.error(answer, JSON.stringify(check.errors));
        wrong++;
    }
}
// the checker itself: an answer that is none, and a document that is none
const broken = structuredClone(document);
broken.paths["/api/v1/records"].get.responses = [];
if (ajv.getSchema("openapi#/components/schemas/Record")({ id: "x" }) || (await new Validator().validate(broken)).valid) {
    console.error("the check lets anything pass");
    wrong++;
}
process.exit(wrong > 0 ? 1 : 0);
