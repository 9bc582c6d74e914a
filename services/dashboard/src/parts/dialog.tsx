/** A dialog of the browser's own: it keeps the focus inside, and Escape closes it. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface DialogProps {
  title: string;
  close: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, close, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => event.target === element.current && close()}
    >
      <div class="dialog-body">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  /** The name of the act, on the button. */
  act: string;
  danger?: boolean;
  children: ComponentChildren;
  onAct: () => void;
  close: () => void;
}

export function Confirm({ title, act, danger, children, onAct, close }: ConfirmProps) {
  return (
    <Dialog title={title} close={close}>
      <div>{children}</div>
      <div class="dialog-acts">
        <button type="button" class="button" onClick={close}>
          Keep as it is
        </button>
        <button
          type="button"
          class={`button ${danger ? "danger" : "primary"}`}
          onClick={() => {
            close();
            onAct();
          }}
        >
          {act}
        </button>
      </div>
    </Dialog>
  );
}
