-- Trades are made while the gate is open, too; those from before were all made in a call auction.
alter table trades
  add column phase text not null default 'call' check (phase in ('continuous', 'call'));
alter table trade_settlements
  add column phase text not null default 'call' check (phase in ('continuous', 'call'));
alter table clearings
  add column continuous jsonb not null
    default '{"volumeWh":0,"tradeCount":0,"lowPrice":null,"highPrice":null,"meanPrice":null}';
