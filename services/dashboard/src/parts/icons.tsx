/** The few drawings of the dashboard: 16 by 16, one stroke, the colour of the text around them. */
import type { ComponentChildren } from "preact";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const OverviewIcon = () => <Icon><path d="M2.5 13.5v-5M6.2 13.5v-9M9.8 13.5V7M13.5 13.5v-11" /></Icon>;
export const JobsIcon = () => <Icon><path d="M5.5 4h8M5.5 8h8M5.5 12h8" /><path d="M2.4 4h.1M2.4 8h.1M2.4 12h.1" stroke-width="2" /></Icon>;
export const BatchesIcon = () => <Icon><path d="M2.5 5.5 8 2.8l5.5 2.7L8 8.2zM2.5 8.3 8 11l5.5-2.7M2.5 10.9 8 13.6l5.5-2.7" /></Icon>;
export const PerformancesIcon = () => <Icon><path d="M6 12.2V3.4l7-1.2v8.6" /><ellipse cx="4.3" cy="12.2" rx="1.8" ry="1.5" /><ellipse cx="11.3" cy="10.8" rx="1.8" ry="1.5" /></Icon>;
export const PoliciesIcon = () => <Icon><path d="M2.5 13.5v-11M2.5 13.5h11" /><path d="M4.8 10.8c2-.2 2.7-4.3 4.6-5.4 1-.6 2.3-.7 3.8-.7" /></Icon>;
export const WorkersIcon = () => <Icon><rect x="4" y="4" width="8" height="8" rx="1.5" /><path d="M6.5 1.8V4M9.5 1.8V4M6.5 12v2.2M9.5 12v2.2M1.8 6.5H4M1.8 9.5H4M12 6.5h2.2M12 9.5h2.2" /></Icon>;
export const SubmitIcon = () => <Icon><path d="M8 10.5v-8M4.8 5.5 8 2.3l3.2 3.2M2.5 10.5v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2" /></Icon>;
export const MenuIcon = () => <Icon><path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" /></Icon>;
export const CloseIcon = () => <Icon><path d="m4 4 8 8M12 4l-8 8" /></Icon>;
export const SunIcon = () => <Icon><circle cx="8" cy="8" r="2.8" /><path d="M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9" /></Icon>;
export const MoonIcon = () => <Icon><path d="M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z" /></Icon>;
export const SystemIcon = () => <Icon><circle cx="8" cy="8" r="5.5" /><path d="M8 2.5v11a5.5 5.5 0 0 0 0-11z" fill="currentColor" /></Icon>;
export const KeyIcon = () => <Icon><circle cx="5.2" cy="10.8" r="2.7" /><path d="m7.2 8.8 6-6M10.8 5.2l2 2" /></Icon>;
export const DownloadIcon = () => <Icon><path d="M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.5 13.5h11" /></Icon>;
export const PlayIcon = () => <Icon><path d="M4.5 2.8v10.4L13 8z" fill="currentColor" /></Icon>;
export const PauseIcon = () => <Icon><path d="M5 3v10M11 3v10" stroke-width="2.6" /></Icon>;
export const PreviousIcon = () => <Icon><path d="m10 3.5-4.5 4.5 4.5 4.5" /></Icon>;
export const NextIcon = () => <Icon><path d="m6 3.5 4.5 4.5L6 12.5" /></Icon>;
export const AlertIcon = () => <Icon><path d="M8 2.2 14.5 13.5h-13zM8 6.5v3M8 11.6v.1" /></Icon>;
export const HelpIcon = () => <Icon><circle cx="8" cy="8" r="6" /><path d="M6.2 6.3A1.9 1.9 0 1 1 8 8.7v.6M8 11.5v.1" /></Icon>;
export const RetryIcon = () => <Icon><path d="M13 8a5 5 0 1 1-1.6-3.7M13.2 2v2.8h-2.8" /></Icon>;
export const CancelIcon = () => <Icon><circle cx="8" cy="8" r="5.5" /><path d="m4.2 11.8 7.6-7.6" /></Icon>;
export const CheckIcon = () => <Icon><path d="m3 8.5 3.2 3.2L13 4.8" /></Icon>;
export const CrossIcon = () => <Icon><path d="m4 4 8 8M12 4l-8 8" /></Icon>;
export const WaitIcon = () => <Icon><circle cx="8" cy="8" r="5.5" /><path d="M8 5v3.2l2 1.3" /></Icon>;
export const RunIcon = () => <Icon><circle cx="8" cy="8" r="5.5" opacity=".35" /><path d="M8 2.5A5.5 5.5 0 0 1 13.5 8" /></Icon>;
