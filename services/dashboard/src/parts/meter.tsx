/** How far something is. */
interface MeterProps {
  share: number | null | undefined;
  label: string;
}

export function Meter({ share, label }: MeterProps) {
  if (share === null || share === undefined) return null;
  const value = Math.max(0, Math.min(1, share));
  return (
    <span class="meter" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(value * 100)}>
      <span class="meter-fill" style={{ transform: `scaleX(${value})` }} />
    </span>
  );
}
