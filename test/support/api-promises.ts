// What clients of the HTTP API go by, drawn from its OpenAPI document, and which of it a later document takes back.
interface Json {
  readonly [name: string]: unknown;
}

interface Field {
  readonly type: string;
  /** What it may be, where that is a list. */
  readonly values?: readonly string[];
  readonly required?: true;
}

export interface Promised {
  /** Parameters and fields of a JSON body, by where they stand. */
  readonly takes: { readonly [place: string]: Field };
  /** The statuses of good answers. */
  readonly answers: readonly string[];
  /** Fields that every good JSON answer has. */
  readonly gives: { readonly [name: string]: Field };
}

/** By method and path. */
export interface Promises {
  readonly [endpoint: string]: Promised;
}

const asJson = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});

function resolved(document: Json, value: unknown): Json {
  const schema = asJson(value);
  const { $ref } = schema;
  if (typeof $ref !== 'string') return schema;
  return resolved(
    document,
    $ref
      .slice(2)
      .split('/')
      .reduce<unknown>((at, name) => asJson(at)[name], document),
  );
}

function fieldOf(document: Json, value: unknown, required: boolean): Field {
  const schema = resolved(document, value);
  const ways = [schema['anyOf'], schema['oneOf']].flat().filter((way) => way !== undefined);
  const types = ways.length === 0 ? [schema['type'] ?? 'any'] : ways.map((way) => resolved(document, way)['type']);
  const values = schema['enum'];
  return {
    type: [...new Set(types.flat().map(String))].sort().join(' | '),
    ...(Array.isArray(values) ? { values: values.map(String).sort() } : {}),
    ...(required ? { required: true } : {}),
  };
}

function fieldsOf(document: Json, schema: Json, prefix: string): { readonly [name: string]: Field } {
  const required = (schema['required'] ?? []) as readonly string[];
  const entries = Object.entries(asJson(schema['properties']));
  return Object.fromEntries(
    entries.map(([name, field]) => [`${prefix}${name}`, fieldOf(document, field, required.includes(name))]),
  );
}

const jsonOf = (document: Json, holder: unknown): Json =>
  resolved(document, asJson(asJson(asJson(holder)['content'])['application/json'])['schema']);

function promisedBy(document: Json, operation: Json): Promised {
  const parameters = ((operation['parameters'] ?? []) as readonly unknown[]).map((given) => resolved(document, given));
  const inUrl = parameters.map((parameter) => [
    `${String(parameter['in'])} ${String(parameter['name'])}`,
    fieldOf(document, parameter['schema'], parameter['required'] === true),
  ]);
  const body = fieldsOf(document, jsonOf(document, operation['requestBody']), 'body ');
  const good = Object.entries(asJson(operation['responses'])).filter(([status]) => status < '400');
  const answered = good.map(([, response]) => fieldsOf(document, jsonOf(document, response), ''));
  const given = Object.entries(Object.assign({}, ...answered) as Promised['gives']);
  return {
    takes: { ...(Object.fromEntries(inUrl) as Promised['takes']), ...body },
    answers: good.map(([status]) => status).sort(),
    gives: Object.fromEntries(given.filter(([, { required }]) => required === true)),
  };
}

export function promisesOf(document: Json): Promises {
  const operations = Object.entries(asJson(document['paths'])).flatMap(([path, methods]) =>
    Object.entries(asJson(methods)).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}`, promisedBy(document, asJson(operation))] as const,
    ),
  );
  return Object.fromEntries(operations.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function brokenIn(endpoint: string, kept: Promised, now: Promised): string[] {
  const broken: string[] = [];
  for (const [place, field] of Object.entries(kept.takes)) {
    const taken = now.takes[place];
    if (taken === undefined) broken.push(`${endpoint}: ${place} is not taken any more`);
    else if (taken.type !== field.type && taken.type !== 'any')
      broken.push(`${endpoint}: ${place} is ${taken.type} now`);
    if (taken?.values !== undefined && field.values?.every((value) => taken.values?.includes(value)) !== true)
      broken.push(`${endpoint}: ${place} takes less`);
  }
  for (const [place, { required }] of Object.entries(now.takes))
    if (required === true && kept.takes[place]?.required !== true)
      broken.push(`${endpoint}: ${place} has to be sent now`);
  for (const status of kept.answers)
    if (!now.answers.includes(status)) broken.push(`${endpoint}: ${status} is not answered any more`);
  for (const [name, { type }] of Object.entries(kept.gives))
    if (now.gives[name]?.type !== type) broken.push(`${endpoint}: ${name} is not given as ${type} any more`);
  return broken;
}

/** What was promised and is so no more, in words; additions are none. */
export function brokenPromises(kept: Promises, now: Promises): string[] {
  return Object.entries(kept).flatMap(([endpoint, promised]) => {
    const found = now[endpoint];
    return found === undefined ? [`${endpoint} is gone`] : brokenIn(endpoint, promised, found);
  });
}
