/** A table that becomes a list of cards where it does not fit. Roles are written out: `display: block` would drop them. */
import type { ComponentChildren } from "preact";

export interface Column<Row> {
  name: string;
  cell: (row: Row) => ComponentChildren;
  /** Figures stand right-aligned under each other. */
  figure?: boolean;
  /** What a row is called: stands first and in full on narrow screens. */
  head?: boolean;
  /** Takes what room is left. */
  wide?: boolean;
  /** Sentences: wrap. */
  prose?: boolean;
  /** Hides the name of the column; it is still read out. */
  quiet?: boolean;
}

/** So few columns fit on a phone. */
const STACKS_ABOVE = 3;

interface TableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  rowClass?: (row: Row) => string;
}

export function Table<Row>({ label, columns, rows, keyOf, rowClass }: TableProps<Row>) {
  return (
    <table class={columns.length > STACKS_ABOVE ? "table stacks" : "table"} role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.name} scope="col" role="columnheader" class={classes(column)}>
              <span class={column.quiet ? "sr-only" : undefined}>{column.name}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row" class={rowClass?.(row)}>
            {columns.map((column) => (
              <td key={column.name} role={column.head ? "rowheader" : "cell"} class={classes(column)} data-label={column.quiet ? undefined : column.name}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function classes(column: { figure?: boolean; head?: boolean; wide?: boolean; prose?: boolean }): string {
  return [column.figure && "figure", column.head && "head", column.wide && "wide", column.prose && "prose"].filter(Boolean).join(" ");
}
