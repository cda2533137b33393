/** Wallets with the interface of EIP-1193, found by the events of EIP-6963 or in `window.ethereum`. */

export interface Request {
  readonly method: string;
  readonly params?: readonly unknown[];
}

export interface Provider {
  request(request: Request): Promise<unknown>;
  on?(event: string, listener: (value: unknown) => void): void;
  removeListener?(event: string, listener: (value: unknown) => void): void;
}

export interface Wallet {
  readonly id: string;
  readonly name: string;
  readonly provider: Provider;
}

/** The part of a window that is needed to find wallets. */
export interface Announcements {
  readonly ethereum?: unknown;
  addEventListener(type: string, listener: (event: Event) => void): void;
  dispatchEvent(event: Event): boolean;
}

const ANNOUNCED = "eip6963:announceProvider";
const REQUESTED = "eip6963:requestProvider";
/** Announced wallets come first. */
const UNNAMED = "window.ethereum";

/** Calls `found` with all wallets known so far, immediately and whenever another one appears. */
export function discover(window: Announcements, found: (wallets: readonly Wallet[]) => void): void {
  const announced = new Map<string, Wallet>();
  const tell = (): void => {
    const wallets = [...announced.values()];
    const injected = window.ethereum;
    if (isProvider(injected) && !wallets.some(({ provider }) => provider === injected)) {
      wallets.push({ id: UNNAMED, name: "Wallet of this browser", provider: injected });
    }
    found(wallets);
  };
  window.addEventListener(ANNOUNCED, (event) => {
    const wallet = announcement(event);
    if (wallet === undefined || announced.has(wallet.id)) return;
    announced.set(wallet.id, wallet);
    tell();
  });
  // A wallet that is injected late announces itself by this event.
  window.addEventListener("ethereum#initialized", tell);
  window.dispatchEvent(new Event(REQUESTED));
  tell();
}

function announcement(event: Event): Wallet | undefined {
  const detail: unknown = "detail" in event ? event.detail : undefined;
  if (!isRecord(detail) || !isProvider(detail["provider"]) || !isRecord(detail["info"])) return undefined;
  const { uuid, name } = detail["info"];
  if (typeof uuid !== "string" || typeof name !== "string") return undefined;
  return { id: uuid, name: name.slice(0, 60), provider: detail["provider"] };
}

function isProvider(value: unknown): value is Provider {
  return isRecord(value) && typeof value["request"] === "function";
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
