// The size of a file in words.

const UNITS = ["bytes", "KB", "MB", "GB"];

export function sizeOf(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const number = new Intl.NumberFormat(undefined, {maximumFractionDigits: power ? 1 : 0});
  return `${number.format(bytes / 1024 ** power)} ${UNITS[power]}`;
}
