-- Signed chain transactions that must reach the chain exactly once.
create table outbox (
  id               bigint generated always as identity primary key,
  key              text not null,
  sender           text not null,
  nonce            bigint not null,
  raw_transaction  text not null,
  transaction_hash text not null unique,
  status           text not null
);

create unique index outbox_one_pending on outbox (key) where status = 'pending';
create unique index outbox_one_confirmed on outbox (key) where status = 'confirmed';
