import type { ConnectionView, OutboxRow } from '../api';

/**
 * Under whose name an action leaves: who signed in there, else what the connection's settings say of the person at this
 * desk, else who the last action there was made by. Null when none tells; the receipt always does.
 */
export function asWhom(connection: ConnectionView | undefined, rows: OutboxRow[]): string | null {
  if (!connection) return null;
  if (connection.me !== null) return connection.me;
  const settings = connection.settings;
  if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) {
    const text = (pattern: RegExp) => {
      const found = Object.entries(settings).find(
        ([key, value]) => pattern.test(key) && typeof value === 'string' && value,
      );
      return typeof found?.[1] === 'string' ? found[1] : null;
    };
    const name =
      text(/^(me|my|author|actor|clinician)_?name$/i) ??
      ([text(/first_?name$/i), text(/last_?name$/i)].filter(Boolean).join(' ') || null);
    const email = text(/e_?mail$/i);
    if (name || email) return name && email ? `${name} (${email})` : (name ?? email);
  }
  return rows.find((row) => row.connectionName === connection.name)?.actor ?? null;
}
