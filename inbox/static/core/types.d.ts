/** The shapes of /api/v1 as the modules name them in JSDoc. Never loaded by a browser. */

export type Urgency = "low" | "normal" | "high" | "critical";
export type TicketState = "new" | "open" | "waiting" | "verifying" | "rejected" | "solved" | "closed";
export type Span = [number, number];

export interface Me {
  id: string; login: string; name: string; role: "agent" | "admin"; language: string;
  status: "online" | "busy" | "away"; capacity: number; queues: string[];
}
export interface Agent { id: string; name: string; login: string; status: string }
export interface Queue {
  name: string; title: Record<string, string>; waiting: number; open: number; oldest_waiting_since_ms: number | null;
}
export interface TicketRow {
  id: string; number: string; subject: string; state: TicketState; state_reason: string | null; state_since_ms: number; checklist: string[]; urgency: Urgency;
  queue: string; assignee_id: string | null; assignee_name: string | null; tags: string[]; language: string;
  findings: string[]; channel: string; account: string; visibility: "public" | "private";
  contact: { id: string; name: string | null; label: string }; snippet: string; last_message_at_ms: number;
  last_inbound_at_ms: number; waiting_since_ms: number | null; snoozed_until_ms: number | null;
  alarm_since_ms: number | null; accepted_by: string | null; created_at_ms: number; version: number;
}
export interface Reason { rule: string; why: string; at: Span[] }
export interface Why {
  rules_version: string; packs?: string[]; tags: string[]; urgency: Urgency; queue: string; language: string; reasons: Reason[];
  lost: { rule: string; key: string; value: string; to: string }[];
  acts?: { kind: string; value: string; rule: string; outcome: "done" | "impossible"; detail: string }[]; joined: string; joined_detail: string | null; left?: string;
  flood?: { sender: number; quota: number; within_ms: number; channel: boolean; withheld: string[] } | null;
  muted?: string; unanswered?: "" | "forged" | "mailing"; edits?: { folded: number; because: "message" | "sender"; pending: boolean } | null;
  repeat?: { of: string; nth: number } | null; released_by?: string;
  contact_by: string | null; related?: string[]; related_by?: string[];
}
export interface Delivery {
  outbox_id: string; state: string; attempts: number; error: string | null; due_at_ms: number;
}
export interface Attachment {
  id: string; name: string; content_type: string; size: number; state: string; checked: string; inline: boolean;
  opened_by: string | null; opened_by_name: string | null; opened_at_ms: number | null; shows: "image" | "audio" | null;
}
/** A file for a reply to come. */
export interface Attached {
  key: string; id: string | null; name: string; type: string; size: number; state: "uploading" | "ready" | "failed"; done: number; problem: string | null;
}
/** A value that a policy sealed; who may sees it for a while. */
export interface SealedValue { place: number; field: string; start: number; type: string; agents: boolean; until_ms: number }
/** A way to answer a public post in private, and why it is closed. */
export interface PrivateWay { way: "answer" | "link"; refusal: string; units_max: number | null }
export interface MessageView {
  id: string; kind: "inbound" | "reply" | "note"; author: { type: "customer" | "agent" | "system"; id: string | null; name: string | null };
  channel: string; account: string; visibility: "public" | "private"; subject: string | null; text: string;
  folds: { start: number; end: number; kind: "quote" | "signature" }[]; has_html: boolean; language: string;
  findings: string[]; sealed: SealedValue[]; policies: { rule: string; policy: string }[]; attachments: Attachment[]; automatic: string | boolean | null; delivery: Delivery | null; moderation: (Delivery & { action: string; text: string | null }) | null;
  reaction: (Delivery & { emoji: string }) | null; reactions: string[]; edit_max: number | null; earlier: { text: string; corrected_by: string; corrected_by_name: string | null; corrected_at_ms: number }[];
  moderates: string[]; private_ways: PrivateWay[];
  state: "live" | "deleted"; revision: number; sent_at_ms: number; received_at_ms: number; why: Why | null;
}
export interface EventView {
  id: number; at_ms: number; kind: string; ticket_id?: string | null; message_id: string | null; actor: string;
  actor_name: string | null; queue: string | null; data: Record<string, string>;
}
/** Somebody who was called about a ticket. */
export interface PageView {
  at_ms: number; kind: "browser" | "agent" | "webhook" | "email" | "telegram"; to: string; round: number; step: number; state: string;
  attempts: number; error: string | null;
}
/** Something the wallet's back end is asked to do about the customer's account. */
export interface ActionView {
  id: string; action: string; state: string; account: string | null; undoes: string | null; proposed_by: string;
  proposed_by_name: string | null; decided_by: string | null; decided_by_name: string | null; attempts: number;
  outcome: string | null; error: string | null; at_ms: number;
}
export interface ThreadData {
  actions: ActionView[];
  pages: PageView[];
  ticket: TicketRow; messages: MessageView[]; events: EventView[]; participants: { kind: string; value: string }[];
  contact: {
    id: string; label: string; name: string | null; language: string | null; vip: boolean;
    identities: { kind: string; value: string; proof: string; vouched: boolean; since_ms: number }[];
  };
  facts: { name: string; title: Record<string, string>; known: boolean; message_id: string | null; source: string | null; asked: boolean }[];
  verification: { id: string; state: string; attempts: number; attempts_max: number; expires_at_ms: number } | null; can_verify: boolean;
  unlocked_until_ms: number | null;
  related: TicketRow[]; incidents: { id: string; title: string; state: IncidentState }[]; can_reply: boolean; cannot_reply_reason: string | null; text_max: number | null; calls: boolean;
  reply_to: { channel: string; account: string; visibility: "public" | "private"; to: string | null };
  /** What this customer can be shown of us besides messages. */
  signals: ("typing" | "read")[];
  same_text: number; returned: { status: string; at_ms: number; message_id: string } | null;
  files: { allowed: boolean; in_private: boolean; bytes_max: number; together_bytes_max: number; most: number; types: string[];
    /** What goes with no other file beside it. */
    alone: { types: string[]; bytes_max: number }[] };
  last_seen: number;
}
export type IncidentState = "proposed" | "open" | "resolved" | "dismissed";
/** Many people, one cause, with how many it reaches now. */
export interface IncidentLine {
  incident: { id: string; title: string; about: string[]; banner: Record<string, string>; state: IncidentState; created_at_ms: number };
  tickets: number; contacts: number;
}
/** What became of one ticket's share of a message to all. */
export interface Told { ticket: string; outcome: "done" | "refused" | "heard"; code: string }
/** A merge or a split. */
export interface Regrouping { id: string; kind: "merge" | "split"; source_id: string; target_id: string }
/** Who is not listened to, and why. */
export interface BlockView {
  id: string; contact: string | null; kind: string | null; value: string | null; reason: string; actor: string; actor_name: string | null;
  at_ms: number; until_ms: number | null; lifted: { at_ms: number; actor_name: string | null; reason: string } | null;
}
/** A message that waits to be let through. */
export interface HeldMessage {
  id: string; reason: "blocked" | "flood"; block: { id: string; reason: string; actor_name: string | null } | null; contact: string | null;
  ticket: string | null; channel: string; account: string; message_id: string; urgency: Urgency; received_at_ms: number; kind: string | null;
  visibility: string | null; sender: { id: string; name: string | null } | null; subject: string | null; text: string | null; files: string[];
}
export interface FloodedChannel { channel: string; account: string; messages: number; withheld: number; until_ms: number }
export interface Who { id: string; label: string; name: string | null }
/** Something that was done about who is who. */
export interface PeopleAct {
  id: string; kind: string; contact: Who; other: Who | null; identities: { kind: string; value: string }[]; reason: string;
  actor: string; actor_name: string | null; at_ms: number; undone: { at_ms: number; actor_name: string | null; reason: string } | null;
}
/** A customer with what is known and guessed of them. */
export interface ContactData extends Who {
  erased_at_ms: number | null; merged_into: Who | null; absorbed: Who[]; never_merge: Who[]; identities: ThreadData["contact"]["identities"];
  hints: (Who & { reasons: { reason: string; kind: string; value: string }[] })[]; acts: PeopleAct[];
  blocks: BlockView[]; held: { held: number; critical: number };
}
/** What erasing a customer would take. */
export interface Extent extends Who {
  absorbed: number; identities: number; conversations: number; tickets: number; open_tickets: number; messages: number;
  files: number; ringing: string[]; erased_at_ms: number | null;
}
/** A message on its way: shown at once, kept in localStorage until the server has answered. */
/** A span of a text, in code points, and what is wrong with it. */
export interface Place { field: string; start: number; end: number; type: string }

export interface Pending {
  key: string; ticket: string; mode: "reply" | "note"; text: string; solve: boolean; force: boolean; confirmed?: Place[]; meant?: string | null;
  files: Attached[]; state: "waiting" | "sending" | "failed"; code: string | null; at_ms: number; last_seen?: number;
}
