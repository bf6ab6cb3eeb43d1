// How a version was made: on what, by which rule, and the receipt of a merge.
import type { JSX } from 'preact';
import { readMaking } from '../../api/versions.ts';
import { useLoaded } from '../../parts/loaded.ts';
import { Plain } from '../../parts/plain.tsx';
import { Trouble } from '../../parts/states.tsx';
import { receiptLines } from './receipt.ts';

/** Places of a receipt that are shown. */
const MOST = 40;

export function MadeHow({
  id,
  version,
  agent,
}: {
  readonly id: string;
  readonly version: number;
  readonly agent: string;
}): JSX.Element {
  const { value: making, fault } = useLoaded(`${id} ${version}`, () => readMaking(id, version));
  if (fault !== undefined) return <Trouble fault={fault} />;
  if (making === undefined) return <p class="quiet">Looking …</p>;
  const { merged, strategy, base, receipt, outcome } = making;
  const { lines, kept } = receipt === undefined ? { lines: [], kept: 0 } : receiptLines(receipt, agent);
  return (
    <div class="made">
      <p>
        {merged ? 'Merged' : outcome}
        {base !== undefined && ` from version ${base}, which its author had read`}
        {strategy !== undefined && (
          <>
            , by <code>{strategy}</code>
          </>
        )}
        {receipt !== undefined && ` with the engine ${receipt.engine}`}.
      </p>
      {receipt !== undefined && (
        <table class="receipt">
          <caption>Receipt: {kept === 1 ? '1 place was' : `${kept} places were`} kept as they were</caption>
          <thead>
            <tr>
              <th scope="col">Where</th>
              <th scope="col">What</th>
              <th scope="col">By</th>
            </tr>
          </thead>
          <tbody>
            {lines.slice(0, MOST).map(({ where, done, by }, index) => (
              <tr key={index}>
                <th scope="row">
                  <Plain text={where} />
                </th>
                <td>{done}</td>
                <td>
                  <Plain text={by} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {lines.length > MOST && <p class="quiet">and {lines.length - MOST} more places.</p>}
      {receipt?.notes?.map(({ code, message }) => (
        <p key={code} class="quiet">
          <Plain text={message} />
        </p>
      ))}
    </div>
  );
}
