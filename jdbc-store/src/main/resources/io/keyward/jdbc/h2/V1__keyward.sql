-- Keyward, schema version 1, H2 2.2 or later: for tests, development and one machine. Roles and permissions are texts
-- with blanks between their items. There are no triggers: a change made by hand is not followed.
create schema if not exists keyward;

create table if not exists keyward.keyward_meta (
    one smallint primary key check (one = 1),
    epoch varchar(32) not null,
    number bigint not null,
    mark varchar(32) not null,
    pruned_to bigint not null,
    schema_version integer not null,
    min_reader integer not null,
    pepper_checks varchar default '' not null -- id=check value, with blanks between
);

create table if not exists keyward.keyward_key (
    id varchar(64) primary key,
    version bigint not null unique,
    owner varchar(200),
    name varchar(200),
    state varchar(8) default 'active' not null check (state in ('active', 'disabled', 'revoked')),
    roles varchar default '' not null,
    permissions varchar default '' not null,
    created_at timestamp(6) with time zone,
    created_by varchar(200),
    changed_at timestamp(6) with time zone,
    changed_by varchar(200)
);

create table if not exists keyward.keyward_secret (
    hash varchar(160) primary key,
    key_id varchar(64) not null references keyward.keyward_key (id) on delete cascade,
    ordinal integer default 1 not null,
    retiring boolean default false not null,
    not_before timestamp(6) with time zone,
    expires_at timestamp(6) with time zone
);

create table if not exists keyward.keyward_attribute (
    key_id varchar(64) not null references keyward.keyward_key (id) on delete cascade,
    kind varchar(16) default 'metadata' not null, -- or 'attribute', which narrows what the key may do
    attribute varchar(64) not null,
    content varchar not null,
    primary key (key_id, kind, attribute)
);

create table if not exists keyward.keyward_use (
    key_id varchar(64) not null references keyward.keyward_key (id) on delete cascade,
    ordinal integer not null,
    used_at timestamp(6) with time zone not null,
    primary key (key_id, ordinal)
);

create table if not exists keyward.keyward_change (
    number bigint primary key,
    mark varchar(32) not null,
    key_id varchar(64),
    changed_at timestamp(6) with time zone not null,
    cause varchar(200) not null,
    changed_by varchar(200),
    by_name varchar(200),
    by_address varchar(200),
    request_id varchar(200),
    entry varchar not null
);

insert into keyward.keyward_change (number, mark, key_id, changed_at, cause, entry)
    select 0, '00000000000000000000000000000000', null, current_timestamp, 'create', 'create'
    where not exists (select 1 from keyward.keyward_change);
-- The last statement: whoever sees this row sees the rest.
insert into keyward.keyward_meta (one, epoch, number, mark, pruned_to, schema_version, min_reader)
    select 1, replace(cast(random_uuid() as varchar), '-', ''), 0, '00000000000000000000000000000000', 0, 1, 1
    where not exists (select 1 from keyward.keyward_meta);
