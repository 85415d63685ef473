// What the scripts use of JupyterLab, Notebook 7 and Lumino: nothing is installed for the check, so it is written down here.

interface Signal<Sender, Args> { connect(slot: (sender: Sender, args: Args) => void): boolean }
interface Shared { get(): Promise<() => any>; loaded?: number | boolean }
type Scope = Record<string, Record<string, Shared>>;
interface Container { script: string; scope: Scope; init(scope: Scope): void; get(module?: string): Promise<() => any> }
interface Window { _JUPYTERLAB?: Record<string, Container> }

/** What the parts of the extension are handed. */
interface Parts { app: any; tracker: Tracker; icon: any; palette: any }

interface SharedCell { id: string; execution_count?: number | null; getSource(): string; setSource(text: string): void }
interface SharedNotebook { cells: SharedCell[]; insertCell(index: number, cell: object): SharedCell }
interface Outputs { length: number; get(index: number): any; add(output: object): number; clear(): void; changed: Signal<any, any> }
interface CellModel {
  id: string; type: string; mimeType: string; trusted: boolean; isDisposed: boolean; isDirty: boolean; executionCount: number; outputs: Outputs;
  sharedModel: SharedCell; contentChanged: Signal<any, any>; mimeTypeChanged: Signal<any, any>;
}
interface CodeCell {
  model: CellModel; node: HTMLElement; editor: any; outputArea: any; ready: Promise<void>; isDisposed: boolean; displayChanged?: Signal<any, any>;
}
interface Notebook {
  model: { sharedModel: SharedNotebook; readOnly: boolean; getMetadata(name: string): any } | null;
  widgets: CodeCell[]; activeCell: CodeCell | null; activeCellIndex: number; mode: string; node: HTMLElement; codeMimetype: string;
  rendermime: any; modelContentChanged: Signal<any, any>; deselectAll(): void; scrollToItem(index: number, align: string): Promise<void>;
}
interface Kernel {
  id: string; status: string; handleComms: boolean; statusChanged: Signal<any, any>; iopubMessage: Signal<any, any>;
  requestExecute(content: { code: string; [more: string]: unknown }, dispose?: boolean, metadata?: any): any;
  requestCommInfo(content: object): Promise<any>;
  registerCommTarget(name: string, callback: (comm: Comm, message: any) => void): void;
  createComm(name: string, id: string): Comm;
  hasComm(id: string): boolean;
}
interface Comm { isDisposed: boolean; onMsg: (message: any) => void; onClose: (message: any) => void; send(data: any): void }
interface Panel {
  id: string;
  content: Notebook; context: { path: string; ready: Promise<void>; model: { sharedModel: SharedNotebook; readOnly: boolean; metadataChanged: Signal<any, any> } };
  sessionContext: {
    session: { kernel: Kernel | null } | null; kernelChanged: Signal<any, { newValue: Kernel | null }>; statusChanged: Signal<any, any>;
    isReady: boolean; ready: Promise<void>;
  };
  node: HTMLElement; isDisposed: boolean; disposed: Signal<any, any>; revealed: Promise<void>;
}
interface Tracker {
  currentWidget: Panel | null; activeCell: CodeCell | null; currentChanged: Signal<any, any>; widgetAdded: Signal<any, Panel>;
  find(test: (panel: Panel) => boolean): Panel | undefined; filter(test: (panel: Panel) => boolean): Panel[]; forEach(act: (panel: Panel) => void): void;
}

declare module "*/actions.js" {
  const actions: { initialize(props: { model: any }): void; render(props: { model: any; el: HTMLElement }): () => void };
  export default actions;
  export function copy(text: string): Promise<boolean>;
  export function isReadOnly(context: { model: { readOnly: boolean } } | undefined, cell?: SharedCell): boolean;
  export function outcomeIn(cells: SharedCell[], state: any): string;
}
