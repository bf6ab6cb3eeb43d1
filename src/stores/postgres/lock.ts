// Who writes to a space has it for itself until the end of the transaction: commits and trims, of every server.

/**
 * The first statement of each function that writes: what it reads after that is what was committed before. An advisory lock,
 * under the number of the table of spaces and that of the space: whoever waits for the lock of a row has to look for the
 * row anew when it comes free, and leaves a note of the lock in the row and in the log of the database.
 */
export const lockSpace = `perform pg_advisory_xact_lock('@.space'::regclass::oid::integer, p_sid);`;
