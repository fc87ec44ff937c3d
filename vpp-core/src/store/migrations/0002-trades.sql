-- How the gate of each delivery interval closed. Prices in micro per kWh, energy in Wh.
create table clearings (
  interval_index bigint primary key,
  status         text not null,
  cleared_at     timestamptz not null,
  clearing_price bigint,
  volume_wh      bigint not null,
  bid_count      integer not null,
  offer_count    integer not null,
  demand         jsonb not null,
  supply         jsonb not null
);

-- The trades of a clearing, in the order in which it made them.
create table trades (
  id             text primary key,
  interval_index bigint not null references clearings,
  position       integer not null,
  seller_id      text not null,
  buyer_id       text not null,
  offer_id       text not null,
  bid_id         text not null,
  energy_wh      bigint not null,
  price          bigint not null,
  unique (interval_index, position)
);
