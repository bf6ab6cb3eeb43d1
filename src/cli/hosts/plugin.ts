// The plugin for opencode: it hands the two events of a tool to the hook, and does what the answer says. Plain JavaScript
// on Node's own modules, because opencode loads it as it stands.

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

export const Entente = async ({ directory, worktree }) => {
  const args = new Map()
  const notes = new Map()
  const at = directory || worktree
  return {
    event: async ({ event }) => {
      const sessionID = event.properties?.info?.id
      if (event.type === "session.created" && sessionID) await ask({ event: event.type, sessionID, directory: at })
    },
    "tool.execute.before": async (input, output) => {
      // What the tool was asked to do, before anybody changes it: the call after it is told the same.
      args.set(input.callID, { ...output.args })
      const body = { event: "tool.execute.before", tool: input.tool, sessionID: input.sessionID, callID: input.callID }
      const answer = await ask({ ...body, directory: at, args: output.args })
      if (answer.stop) {
        args.delete(input.callID)
        throw new Error(answer.stop)
      }
      if (answer.args) Object.assign(output.args, answer.args)
      if (answer.note) notes.set(input.callID, answer.note)
    },
    "tool.execute.after": async (input, output) => {
      const given = args.get(input.callID) ?? input.args ?? {}
      args.delete(input.callID)
      const body = { event: "tool.execute.after", tool: input.tool, sessionID: input.sessionID, callID: input.callID }
      const answer = await ask({ ...body, directory: at, args: given })
      const said = [notes.get(input.callID), answer.note].filter(Boolean)
      notes.delete(input.callID)
      if (said.length > 0) output.output = \`\${output.output ?? ""}\\n\\n\${said.join("\\n")}\`
    },
  }
}
`;
}
