-- The mentions that their members have not read, so that a mention that is edited away or deleted leaves no badge behind:
-- room_members.mention_seq is the newest of them. seq is the message's or that of the edit which added the mention.
create table room_mentions (
    room_id uuid not null,
    principal_id uuid not null,
    message_seq bigint not null,
    seq bigint not null,
    primary key (room_id, principal_id, message_seq),
    foreign key (room_id, principal_id) references room_members (room_id, principal_id) on delete cascade
);

-- Which message it was is not known of older ones; reading takes them away.
insert into room_mentions (room_id, principal_id, message_seq, seq)
select room_id, principal_id, mention_seq, mention_seq from room_members where mention_seq > read_seq;
