-- Settled intervals on their way to the chain. header and archive are text, not jsonb, so that their bytes
-- stay as the rail wrote them. Money in nano.
create table batches (
  number         bigint primary key,
  interval_index bigint not null unique,
  status         text not null,
  header_hash    text not null,
  header         text not null,
  archive        text not null,
  settled_wh     bigint not null,
  commit_hash    text,
  finalize_hash  text,
  pay_hash       text
);

create index batches_unfinished on batches (number) where status <> 'paid';

-- What each trade came to. The trade stands here whole: a batch can be read without any other table.
create table trade_settlements (
  batch_number   bigint not null references batches,
  position       integer not null,
  trade_id       text not null,
  interval_index bigint not null,
  seller_id      text not null,
  buyer_id       text not null,
  offer_id       text not null,
  bid_id         text not null,
  energy_wh      bigint not null,
  price          bigint not null,
  settled_wh     bigint not null,
  paid_nano              numeric(78, 0) not null,
  seller_make_whole_nano numeric(78, 0) not null,
  buyer_make_whole_nano  numeric(78, 0) not null,
  primary key (batch_number, position)
);

-- What each site's interval came to.
create table site_statements (
  batch_number      bigint not null references batches,
  position          integer not null,
  site_id           text not null,
  interval_index    bigint not null,
  sold_wh           bigint not null,
  bought_wh         bigint not null,
  settled_sold_wh   bigint not null,
  settled_bought_wh bigint not null,
  metered_import_wh bigint not null,
  metered_export_wh bigint not null,
  credit_nano          numeric(78, 0) not null,
  debit_nano           numeric(78, 0) not null,
  with_trading_nano    numeric(78, 0) not null,
  without_trading_nano numeric(78, 0) not null,
  primary key (batch_number, position)
);

create index site_statements_by_site on site_statements (site_id, interval_index);
