-- Devices that are under our command: neutral first after a restart.
create table device_ownership (
  device_id   text primary key,
  sequence    bigint not null,
  valid_until timestamptz not null
);
