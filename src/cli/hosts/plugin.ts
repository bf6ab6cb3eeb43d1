// The plugin for opencode, for both of its generations: it hands the two events of a tool to the hook, and does what the
// answer says. Plain JavaScript on Node's own modules, because opencode loads it as it stands.

/** The text of `.opencode/plugins/entente.js`; `words`: the program of the hook and its arguments. */
export function pluginText(words: readonly string[]): string {
  return `// entente: written by "entente init", taken away by "entente uninstall".
import { spawn } from "node:child_process"

const [program, ...words] = ${JSON.stringify(words)}

/** One call of the hook. If it cannot run, the tool goes on. */
function ask(body) {
  return new Promise((resolve) => {
    const child = spawn(program, [...words, "opencode"], { cwd: body.directory, stdio: ["pipe", "pipe", "ignore"] })
    const chunks = []
    child.on("error", () => resolve({}))
    child.stdout.on("data", (chunk) => chunks.push(chunk))
    child.on("close", () => {
      try {
        resolve(JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}"))
      } catch {
        resolve({})
      }
    })
    child.stdin.on("error", () => {})
    child.stdin.end(JSON.stringify(body))
  })
}

/** What a call was asked to do, before anybody changes it, and what is to be said after it. */
const calls = new Map()

async function before(call, args) {
  const kept = { args: { ...args } }
  const answer = await ask({ event: "tool.execute.before", ...call, args })
  if (answer.stop) throw new Error(answer.stop)
  if (answer.args) Object.assign(args, answer.args)
  calls.set(call.callID, { ...kept, note: answer.note })
}

/** What is to be said to the model; "" for nothing. */
async function after(call, args, failed) {
  const kept = calls.get(call.callID) ?? { args: args ?? {} }
  calls.delete(call.callID)
  const answer = await ask({ event: "tool.execute.after", ...call, args: kept.args, ...(failed ? { failed } : {}) })
  return [kept.note, answer.note].filter(Boolean).join("\\n")
}

/** opencode 1. */
async function server({ directory, worktree }) {
  const at = directory || worktree
  const callOf = ({ tool, sessionID, callID }) => ({ tool, sessionID, callID, directory: at })
  return {
    event: async ({ event }) => {
      const sessionID = event.properties?.info?.id
      if (event.type === "session.created" && sessionID) await ask({ event: event.type, sessionID, directory: at })
    },
    "tool.execute.before": (input, output) => before(callOf(input), output.args),
    "tool.execute.after": async (input, output) => {
      const said = await after(callOf(input), input.args)
      if (said) output.output = \`\${output.output ?? ""}\\n\\n\${said}\`
    },
  }
}

/** opencode 2. */
async function setup(ctx) {
  const at = ctx.location?.directory ?? process.cwd()
  const callOf = ({ tool, sessionID, id }) => ({ tool, sessionID, callID: id, directory: at })
  await ctx.tool.hook("execute.before", (event) => before(callOf(event), event.input ?? {}))
  await ctx.tool.hook("execute.after", async (event) => {
    const said = await after(callOf(event), event.input, event.status === "error")
    if (said && event.status === "completed") event.result = withNote(event.result, said)
  })
  const end = new AbortController()
  void (async () => {
    for await (const event of ctx.event.subscribe({ signal: end.signal })) {
      const sessionID = event.data?.sessionID
      if (event.type === "session.created" && sessionID) await ask({ event: event.type, sessionID, directory: at })
    }
  })().catch(() => {})
  return () => end.abort()
}

function withNote(result, said) {
  if (typeof result === "string") return \`\${result}\\n\\n\${said}\`
  const { content } = result ?? {}
  if (Array.isArray(content)) return { ...result, content: [...content, { type: "text", text: said }] }
  return { ...result, content: \`\${content ?? ""}\\n\\n\${said}\` }
}

export default { id: "entente", server, setup }
`;
}
