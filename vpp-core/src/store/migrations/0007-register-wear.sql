-- Writes of registers that wear out, claimed before they are sent: a restart must not start the day anew.
create table register_wear (
  device_id  text not null,
  claimed_at timestamptz not null,
  writes     integer not null check (writes > 0)
);
create index register_wear_by_device on register_wear (device_id, claimed_at);
