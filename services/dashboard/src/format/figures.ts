/** Figures as people read them. */

const counting = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export const count = (value: number): string => counting.format(value);

export const percent = (share: number, digits = 0): string => `${(share * 100).toFixed(digits)} %`;

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** 1.8 MB, as disks and networks count: thousands. */
export function bytes(value: number): string {
  let unit = 0;
  let rest = value;
  while (rest >= 999.5 && unit < UNITS.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${unit > 0 && rest < 99.95 ? rest.toFixed(1) : Math.round(rest)} ${UNITS[unit]}`;
}

/** Hours of a device with as many digits as mean something. */
export function hours(secs: number): string {
  const value = secs / 3600;
  if (value === 0) return "0 h";
  if (value < 0.1) return `${value.toFixed(3)} h`;
  return value < 100 ? `${value.toFixed(2)} h` : `${counting.format(value)} h`;
}

/** The end of an id, enough to tell neighbours apart. */
export const shortId = (id: string): string => id.slice(-8);
