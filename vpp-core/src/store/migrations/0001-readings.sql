-- Times are kept as timestamptz, for people and for TimescaleDB; the program speaks epoch milliseconds.
-- Both directions are exact: a millisecond is a whole number of PostgreSQL's microseconds.
create function from_epoch_ms(bigint) returns timestamptz
  language sql immutable strict parallel safe
  return 'epoch'::timestamptz + $1 * interval '1 millisecond';

create function to_epoch_ms(timestamptz) returns bigint
  language sql immutable strict parallel safe
  return (extract(epoch from $1) * 1000)::bigint;

-- What devices said, point by point. A value that is missing is null, with the reason.
create table readings (
  taken_at  timestamptz not null,
  site_id   text not null,
  device_id text not null,
  point     text not null,
  value     double precision,
  quality   text not null,
  reason    text,
  primary key (device_id, point, taken_at)
);

create index readings_by_site on readings (site_id, point, taken_at);
