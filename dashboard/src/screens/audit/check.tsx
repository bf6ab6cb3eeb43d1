// The check of the whole log: started here, done on the server, told in words.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { readVerification, startVerification, type Verification } from '../../api/log.ts';
import { Trouble } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';

const LOOK_MS = 400;

function Report({ report }: { readonly report: NonNullable<Verification['report']> }): JSX.Element {
  const { ok, entries, resources, contents, conflicts, first } = report;
  const seen = `${entries.toLocaleString()} entries, ${resources.toLocaleString()} resources, ${contents.toLocaleString()} contents and ${conflicts.toLocaleString()} conflicts`;
  if (ok) return <p class="good-words">✓ Nothing was lost: {seen} are as the log says.</p>;
  return (
    <div class="bad">
      <p>✗ The log does not hold. The first fault that was found:</p>
      <p>
        <strong>{first?.rule}</strong> {first?.message}
        {first?.revision === undefined ? '' : ` (revision ${first.revision})`}
        {first?.resource === undefined ? '' : ` ${first.resource}`}
      </p>
      <p>Stop writing to this store, and restore the backup from before that revision.</p>
    </div>
  );
}

/** `refused`: the key may not read the log, which the screen says already. */
export function Check({ refused }: { readonly refused: boolean }): JSX.Element {
  const [check, setCheck] = useState<Verification>();
  const [fault, setFault] = useState<unknown>();
  useEffect(() => {
    readVerification().then(setCheck, setFault);
  }, []);
  useEffect(() => {
    if (check?.state !== 'running') return undefined;
    const timer = setTimeout(() => {
      readVerification().then(setCheck, setFault);
    }, LOOK_MS);
    return () => clearTimeout(timer);
  }, [check]);
  const start = (): void => {
    setFault(undefined);
    startVerification().then(setCheck, setFault);
  };
  const running = check?.state === 'running';
  return (
    <section class="card check-log" aria-labelledby="check-title">
      <header class="card-head">
        <h2 id="check-title">Does the log hold?</h2>
        <button type="button" onClick={start} disabled={running || refused}>
          {running ? 'Verifying …' : 'Verify'}
        </button>
      </header>
      <p>
        Replays every entry and compares: each guard with what was there, each content with its hash, each head with the
        log.
      </p>
      <div role="status">
        {running ? (
          <>
            <progress max={Math.max(1, check.of)} value={check.checked} aria-label="Entries that are verified" />
            <p>
              {check.checked.toLocaleString()} of {check.of.toLocaleString()} entries
            </p>
          </>
        ) : null}
        {check?.report === undefined || running ? null : <Report report={check.report} />}
        {check?.state === 'failed' && <Trouble fault={new Error(check.fault?.message ?? 'The check ended early.')} />}
        {check?.endedAt === undefined || running ? null : (
          <p>
            Verified <Time at={check.endedAt} />
          </p>
        )}
      </div>
      {fault !== undefined && !refused && <Trouble fault={fault} />}
    </section>
  );
}
