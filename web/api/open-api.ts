import { z } from 'zod';
import { apiContract, type ApiOperation } from './api-contract.ts';

const problem = { type: 'object', required: ['error'], properties: { error: { type: 'string' }, problems: { type: 'array', items: { type: 'string' } } } };
const refusal = (description: string) => ({ description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } } });

function schemaOf(shape: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io, unrepresentable: 'any', target: 'draft-2020-12' });
  return schema;
}

function parametersOf(shape: z.ZodObject, place: 'path' | 'query') {
  const { properties = {}, required = [] } = schemaOf(shape, 'input') as { properties?: Record<string, Record<string, unknown>>; required?: string[] };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({ name, in: place, required: place === 'path' || required.includes(name), ...(description === undefined ? {} : { description }), schema }));
}

function operation(id: string, { method, role, summary, parameters, query, body, response, otherTypes = [] }: ApiOperation) {
  return {
    operationId: id, summary, description: `Wants the role of ${role}.`, 'x-role': role, security: [{ token: [] }],
    parameters: [...parametersOf(parameters, 'path'), ...parametersOf(query, 'query')],
    ...(body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } } }),
    responses: {
      200: { description: 'Done.', content: { 'application/json': { schema: schemaOf(response, 'output') }, ...Object.fromEntries(otherTypes.map((type) => [type, { schema: { type: 'string', format: 'binary' } }])) } },
      400: refusal('The request does not have this shape.'), 401: refusal('No token, or one that nobody knows.'), 403: refusal('The token’s role is not enough.'), 404: refusal('There is no such cycle, relation or customer.'), 429: refusal('Too many exports at once.'),
      ...(method === 'post' ? { 409: refusal('The workflow does not wait for this.'), 413: refusal('The body is too large.'), 503: refusal('No connection to Temporal.') } : {}),
    },
  };
}

/** The description of the API in OpenAPI 3.1. @param server where the API is reached */
export function openApi(server: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [id, entry] of Object.entries<ApiOperation>(apiContract)) (paths[entry.path] ??= {})[entry.method] = operation(id, entry);
  return {
    openapi: '3.1.0',
    info: { title: 'Clientele', version: '1', description: 'Cycles, relations, customers and decisions as JSON, CSV and Arrow, and what marketers and operators do about them.', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: server }],
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } }, schemas: { Problem: problem } },
  };
}
