// An agent that is a command: it connects to the MCP server that it is told of, and does as the answers say.
import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { STAND_INS, type StandIn } from '../../bench/evaluation/stand-ins.ts';
import { TASKS } from '../../bench/evaluation/tasks.ts';

const { ENTENTE_EVAL_PROMPT: prompt, ENTENTE_EVAL_MCP: file = '' } = process.env;
const task = TASKS.find((one) => one.prompt === prompt);
if (task === undefined) throw new Error('There is no such task.');
const { mcpServers } = JSON.parse(readFileSync(file, 'utf8')) as {
  mcpServers: { entente: { command: string; args: string[] } };
};
const client = new Client({ name: 'command-agent', version: '0' });
await client.connect(new StdioClientTransport(mcpServers.entente));
await (STAND_INS['careful'] as StandIn)(client, task);
await client.close();
