/** Turns refusals of wallets, nodes and contracts into sentences. */

import { isRecord } from "./provider.ts";

/** A refusal whose message is for people. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** The first four bytes of the data that a call reverts with. */
const REFUSED = "0xbd5adfec"; // Refused(uint8), of contracts/src/verifier/ModelVerifier.sol
const ERROR = "0x08c379a0"; // Error(string)

/** `Reason` of ModelVerifier.sol, by number. */
const REASONS = [
  undefined,
  "it has no layout for this number of images in one proof",
  "a label is not one of its classes",
  "the input commitments have the wrong length",
  "an input commitment is not a point of the curve",
  "the proof has the wrong length",
  "a number in the proof is too large",
  "a point in the proof is not on the curve",
  "the proof's challenges coincide",
  "the proof is false",
];

/** The sentence for whatever a provider has thrown. */
export function sentence(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const data = revertData(error);
  if (data !== undefined) return reverted(data);
  switch (code(error)) {
    case 4001:
      return "You declined this in your wallet. Nothing was sent.";
    case 4100:
      return "Your wallet has not given this page access to an account. Connect it first.";
    case 4200:
      return "Your wallet does not support this request.";
    case 4900:
      return "Your wallet is not connected to any chain.";
    case 4901:
      return "Your wallet is not connected to this chain.";
    case 4902:
      return "Your wallet does not know that chain. Add it there first.";
    case -32002:
      return "Your wallet is already asking you something. Open it and answer there.";
    case 3:
      return reverted("0x");
    default:
      return `Your wallet or its node answered: ${words(error)}`;
  }
}

/** Why a call reverted, from the data that it reverted with. */
export function reverted(data: string): string {
  const text = data.toLowerCase();
  if (text.startsWith(REFUSED) && text.length === 10 + 64) {
    const reason = REASONS[Number(BigInt(`0x${text.slice(10)}`))];
    if (reason !== undefined) return `The contract refuses this proof: ${reason}.`;
  }
  const message = text.startsWith(ERROR) ? abiString(text.slice(10)) : undefined;
  if (message !== undefined) return `The contract refused: ${message}`;
  return "The call was reverted without a reason. That says nothing about the proof: gas may have run out, or this chain may lack a precompile that a verifier needs.";
}

/** Finds the revert data: a node puts it into `data`, and wallets wrap that in one or two objects. */
export function revertData(error: unknown): string | undefined {
  let value: unknown = error;
  for (let depth = 0; depth < 5 && isRecord(value); depth += 1) {
    const inner = value["data"] ?? value["originalError"] ?? value["error"] ?? value["cause"];
    if (typeof inner === "string") return /^0x([0-9a-f]{2})+$/i.test(inner) ? inner : undefined;
    value = inner;
  }
  return undefined;
}

function code(error: unknown): number | undefined {
  return isRecord(error) && typeof error["code"] === "number" ? error["code"] : undefined;
}

function words(error: unknown): string {
  const message = isRecord(error) && typeof error["message"] === "string" ? error["message"] : String(error);
  const line = message.split("\n")[0] ?? "";
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

function abiString(encoded: string): string | undefined {
  const length = Number(BigInt(`0x${encoded.slice(64, 128) || "0"}`));
  const hex = encoded.slice(128, 128 + 2 * length);
  if (length === 0 || length > 1000 || hex.length !== 2 * length) return undefined;
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  return new TextDecoder().decode(bytes);
}
