-- What a profile at schema 80 holds: two connections, three items, actions in every state, one of them with a file, drafts, one of them of
-- something new. Written as the program of that time wrote it (the replies too), and never changed once that schema is released. Everybody
-- in here is made up.

INSERT INTO connection (key, id, system, name, base_url, settings, secrets, learned, me, notes, added_at, name_folded)
VALUES (1, X'c0000000000040008000000000000001', 'made-up', 'Clinic', 'https://example.org', '{"poll_seconds":"60"}', '{"apiKey":"made-up-key-1"}', '{}',
        '{"id":null,"name":{"family":"Ruiz","given":"Ana","prefix":null,"suffix":null},"email":"ana@example.org"}',
        '[]', 1771200000000, 'clinic');

INSERT INTO connection (key, id, system, name, base_url, settings, secrets, learned, me, notes, added_at, name_folded, refusal)
VALUES (2, X'c0000000000040008000000000000002', 'made-up', 'Reading room', 'https://example.org', '{"poll_seconds":"60"}', '{"apiKey":"made-up-key-2"}', '{}',
        '{"id":null,"name":{"family":"Ruiz","given":"Ana","prefix":null,"suffix":null},"email":"ana@example.org"}',
        '[]', 1771200000000, 'reading room', 'the password is not right');

INSERT INTO item (key, id, connection, feed, kind, external_id, status_known, status_group, fingerprint, reply, read_at,
                  first_at, missed)
VALUES (1, X'6684b44cf86d5f7bab575001724c61e8', 1, 'cases', 0, 'case-1', 1, 0, 'fingerprint-1',
        X'28b52ffd609700050700e20e2a1d70a76d03e6ffa565a957beb2c5a76d4674e1255281b2a82c3200007a7e8ba170ce1895da03baee4b6eb5e6ae75096fb33c281ec7a2c4ab9b2c11a683b7d1156728442d92b13bb22021aab41af621236ce9e6a8d96df9e749276ff2ba59b0719f2bb26a707304f5e7ab2d178917b972ce5a5fb380d508988ee0e76874f68da170ce1853652ba6ccbe7563184dcf5b916fdd5cd3e0e6020464877e9e068c53c63ec02b8b4210044014004a3300cd5c629a2194313087b94acad994213373900720c345c8ca641e556164f8707029f495405210152c9457a66119623e01',
        1771200000000, 1771200000000, 0);
INSERT INTO worklist (key, connection, shelf, kind, status_group, priority, mine, unsettled, created_at, updated_at, due_at,
                      patient_sort, title_sort, assignee_sort, status_sort, modalities, flags)
VALUES (1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, '', 'made-up case-1', '', '', '', '');
INSERT INTO worklist_line (key, line) VALUES (1,
    '{"id":"6684b44c-f86d-5f7b-ab57-5001724c61e8","connection":"c0000000-0000-4000-8000-000000000001","externalId":"case-1","kind":"case","patient":null,"birthDate":null,"gender":null,"identifier":null,"accession":null,"title":"Made-up case-1","status":null,"statusKnown":true,"statusGroup":"new","priority":"routine","due":null,"assignee":null,"mine":false,"created":null,"updated":null,"flags":[],"comments":0,"pending":[],"unsettled":"nothing","gone":false,"system":"made-up"}');

INSERT INTO item (key, id, connection, feed, kind, external_id, status_known, status_group, fingerprint, reply, read_at,
                  first_at, missed)
VALUES (2, X'b698de16bb515b5dba75df64e29061a1', 1, 'cases', 0, 'case-2', 1, 0, 'fingerprint-2',
        X'28b52ffd609700050700e20e2a1d70a76d03e6ffa565a957beb2c5a76d4674e125528142f43c1900003d3f8ba170ce1895da03baee4b6eb5e6ae75096fb33c281ec7a2c4ab9b2c11a683b7d1156728442d92b13bb22021aab41af621236ce9e6a8d96df9e749276ff2ba59b0719f2bb26a707304f5e7ab2d178917b972ce5a5fb380d508988ee0e76874f68da170ce1853652ba6ccbe7563184dcf5b916fdd5cd3e0e6020464877e9e068c53c63ec02b8b4210044014004a3300cd5c629a2194313087b94acad994213373900720c345c8ca641e556164f8707029f495405210152c9457a66119623e01',
        1771200000000, 1771200000000, 0);
INSERT INTO worklist (key, connection, shelf, kind, status_group, priority, mine, unsettled, created_at, updated_at, due_at,
                      patient_sort, title_sort, assignee_sort, status_sort, modalities, flags)
VALUES (2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, '', 'made-up case-2', '', '', '', '');
INSERT INTO worklist_line (key, line) VALUES (2,
    '{"id":"b698de16-bb51-5b5d-ba75-df64e29061a1","connection":"c0000000-0000-4000-8000-000000000001","externalId":"case-2","kind":"case","patient":null,"birthDate":null,"gender":null,"identifier":null,"accession":null,"title":"Made-up case-2","status":null,"statusKnown":true,"statusGroup":"new","priority":"routine","due":null,"assignee":null,"mine":false,"created":null,"updated":null,"flags":[],"comments":0,"pending":[],"unsettled":"nothing","gone":false,"system":"made-up"}');

INSERT INTO item (key, id, connection, feed, kind, external_id, status_known, status_group, fingerprint, reply, read_at,
                  first_at, missed)
VALUES (3, X'7e5c75852f155a9191d6e9659d616e27', 2, 'cases', 1, 'study-1', 1, 0, 'fingerprint-3',
        X'28b52ffd609a000d0700f24e2a1d80a76903cddd90ec1e5a3151f6cdb67dbe047760da15f70532619e18368da180ae180d630f8575db62a93537255b785be5413149b6385edd5459e025bc5dd8618881a8472a6549161ca27169611b7281eb7e8e9abd968fbe74f226a79f061737ba2aab063f57508f9ed6f271bcca1974b5da5a05a445c03382a323d2d93f8602ba624c235bf132dbd20f822c456f45b6f4734d839f0b10965bad8e7e038829631fe099862108022014004a3300cd5c629a2194313087b94a0ada94213373900720c34508cb641e556164f8707029f495405310152dec57a661a2623e01',
        1771200000000, 1771200000000, 0);
INSERT INTO worklist (key, connection, shelf, kind, status_group, priority, mine, unsettled, created_at, updated_at, due_at,
                      patient_sort, title_sort, assignee_sort, status_sort, modalities, flags)
VALUES (3, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, '', 'made-up study-1', '', '', '', '');
INSERT INTO worklist_line (key, line) VALUES (3,
    '{"id":"7e5c7585-2f15-5a91-91d6-e9659d616e27","connection":"c0000000-0000-4000-8000-000000000002","externalId":"study-1","kind":"study","patient":null,"birthDate":null,"gender":null,"identifier":null,"accession":null,"title":"Made-up study-1","status":null,"statusKnown":true,"statusGroup":"new","priority":"routine","due":null,"assignee":null,"mine":false,"created":null,"updated":null,"flags":[],"comments":0,"pending":[],"unsettled":"nothing","gone":false,"system":"made-up"}');

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, next_at, shows)
VALUES (X'01900000000070008000000000000001', 1, 1, 1, '[]', 'comment', 'comment', 'comment', '{"internal":true,"text":"Made-up words 1: “quoted” — Ковальчук 🩺"}', 'hash-1', '{}', '{}', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000001, 'fingerprint-1', 'held', 0, 0, 0, 0, 0, 1771200020000, 1);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, next_at, reason, shows)
VALUES (X'01900000000070008000000000000002', 1, 1, 2, '["01900000-0000-7000-8000-000000000001"]', 'comment', 'comment', 'comment', '{"internal":true,"text":"Made-up words 2: “quoted” — Ковальчук 🩺"}', 'hash-2', '{}', '{}', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000002, 'fingerprint-1', 'queued', 0, 0, 0, 0, 0, 1771200020000, '{"kind":"offline","text":"The clinic cannot be reached."}', 1);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, sent_at, baseline, next_at, shows)
VALUES (X'01900000000070008000000000000003', 1, 1, 3, '[]', 'comment', 'comment', 'comment', '{"internal":true,"text":"Made-up words 3: “quoted” — Ковальчук 🩺"}', 'hash-3', '{}', '{}', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000003, 'fingerprint-1', 'inflight', 1, 0, 0, 0, 0, 1771200010000, '{"myComments":["old-1"],"sameWords":[],"status":"NEW","values":{"status":"NEW"},"readAt":"2026-02-16T00:00:05Z"}', 1771200020000, 1);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, sent_at, baseline, next_at, shows)
VALUES (X'01900000000070008000000000000004', 1, 1, 4, '[]', 'comment', 'comment', 'comment', '{"internal":true,"text":"Made-up words 4: “quoted” — Ковальчук 🩺"}', 'hash-4', '{}', '{}', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000004, 'fingerprint-1', 'following', 1, 0, 0, 0, 0, 1771200010000, '{"myComments":["old-1"],"sameWords":[],"status":"NEW","values":{"status":"NEW"},"readAt":"2026-02-16T00:00:05Z"}', 1771200020000, 1);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, sent_at, elapsed, baseline, next_at, reason, shows)
VALUES (X'01900000000070008000000000000005', 1, 1, 5, '[]', 'comment', 'comment', 'comment', '{"internal":true,"text":"Made-up words 5: “quoted” — Ковальчук 🩺"}', 'hash-5', '{}', '{}', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000005, 'fingerprint-1', 'doubtful', 1, 0, 0, 1, 0, 1771200010000, '{"total":{"secs":7,"nanos":0},"read":{"secs":7,"nanos":5}}', '{"myComments":["old-1"],"sameWords":[],"status":"NEW","values":{"status":"NEW"},"readAt":"2026-02-16T00:00:05Z"}', 1771200020000, '{"kind":"doubt","text":"It did not answer in time."}', 1);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, sent_at, baseline, reason, conflict, shows)
VALUES (X'01900000000070008000000000000006', 1, 1, 6, '[]', 'comment', 'comment', 'comment', '{"internal":true,"text":"Made-up words 6: “quoted” — Ковальчук 🩺"}', 'hash-6', '{}', '{}', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000006, 'fingerprint-1', 'needsPerson', 1, 0, 0, 0, 0, 1771200010000, '{"myComments":["old-1"],"sameWords":[],"status":"NEW","values":{"status":"NEW"},"readAt":"2026-02-16T00:00:05Z"}', '{"kind":"conflict","text":"It reads otherwise now."}', '{"fields":[{"key":"status","base":"NEW","mine":"READ","theirs":"DONE"}],"who":"Ben Okafor","when":null}', 1);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, sent_at, baseline, remote_ref, settled_at, shows)
VALUES (X'01900000000070008000000000000007', 1, 1, 7, '[]', 'comment', 'comment', 'comment', '{"internal":true,"text":"Made-up words 7: “quoted” — Ковальчук 🩺"}', 'hash-7', '{}', '{}', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000007, 'fingerprint-1', 'confirmed', 1, 0, 0, 0, 0, 1771200010000, '{"myComments":["old-1"],"sameWords":[],"status":"NEW","values":{"status":"NEW"},"readAt":"2026-02-16T00:00:05Z"}', 'remote-7', 1771200030000, 1);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, settled_at, settled_by, settled_why, shows)
VALUES (X'01900000000070008000000000000008', 1, 1, 8, '[]', 'comment', 'comment', 'comment', '{"internal":true,"text":"Made-up words 8: “quoted” — Ковальчук 🩺"}', 'hash-8', '{}', '{}', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000008, 'fingerprint-1', 'discarded', 0, 0, 0, 0, 0, 1771200030000, 'Ana Ruiz', 'no longer needed', 0);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, settled_at, shows)
VALUES (X'01900000000070008000000000000009', 1, 1, 9, '[]', 'comment', 'comment', 'comment', '{"internal":true,"text":"Made-up words 9: “quoted” — Ковальчук 🩺"}', 'hash-9', '{}', '{}', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000009, 'fingerprint-1', 'withdrawn', 0, 0, 0, 0, 0, 1771200030000, 0);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, own_mark, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, next_at, shows)
VALUES (X'0190000000007000800000000000000a', 2, 3, 10, '[]', 'set_status', 'status', 'compareAndSet', '{"to":"READ"}', 'hash-10', '{"status":"NEW"}', '{"status":"READ"}', 'lock:mine', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000010, 'fingerprint-3', 'held', 0, 0, 0, 0, 0, 1771200020000, 1);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, own_mark, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, next_at, reason, shows)
VALUES (X'0190000000007000800000000000000b', 2, 3, 11, '["01900000-0000-7000-8000-00000000000a"]', 'set_status', 'status', 'compareAndSet', '{"to":"READ"}', 'hash-11', '{"status":"NEW"}', '{"status":"READ"}', 'lock:mine', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000011, 'fingerprint-3', 'queued', 0, 0, 0, 0, 0, 1771200020000, '{"kind":"offline","text":"The clinic cannot be reached."}', 1);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, own_mark, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, sent_at, baseline, next_at, shows)
VALUES (X'0190000000007000800000000000000c', 2, 3, 12, '[]', 'set_status', 'status', 'compareAndSet', '{"to":"READ"}', 'hash-12', '{"status":"NEW"}', '{"status":"READ"}', 'lock:mine', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000012, 'fingerprint-3', 'inflight', 1, 0, 0, 0, 0, 1771200010000, '{"myComments":["old-1"],"sameWords":[],"status":"NEW","values":{"status":"NEW"},"readAt":"2026-02-16T00:00:05Z"}', 1771200020000, 1);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, own_mark, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, sent_at, baseline, next_at, shows)
VALUES (X'0190000000007000800000000000000d', 2, 3, 13, '[]', 'set_status', 'status', 'compareAndSet', '{"to":"READ"}', 'hash-13', '{"status":"NEW"}', '{"status":"READ"}', 'lock:mine', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000013, 'fingerprint-3', 'following', 1, 0, 0, 0, 0, 1771200010000, '{"myComments":["old-1"],"sameWords":[],"status":"NEW","values":{"status":"NEW"},"readAt":"2026-02-16T00:00:05Z"}', 1771200020000, 1);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, own_mark, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, sent_at, elapsed, baseline, next_at, reason, shows)
VALUES (X'0190000000007000800000000000000e', 2, 3, 14, '[]', 'set_status', 'status', 'compareAndSet', '{"to":"READ"}', 'hash-14', '{"status":"NEW"}', '{"status":"READ"}', 'lock:mine', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000014, 'fingerprint-3', 'doubtful', 1, 0, 0, 1, 0, 1771200010000, '{"total":{"secs":7,"nanos":0},"read":{"secs":7,"nanos":5}}', '{"myComments":["old-1"],"sameWords":[],"status":"NEW","values":{"status":"NEW"},"readAt":"2026-02-16T00:00:05Z"}', 1771200020000, '{"kind":"doubt","text":"It did not answer in time."}', 1);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, own_mark, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, sent_at, baseline, reason, conflict, shows)
VALUES (X'0190000000007000800000000000000f', 2, 3, 15, '[]', 'set_status', 'status', 'compareAndSet', '{"to":"READ"}', 'hash-15', '{"status":"NEW"}', '{"status":"READ"}', 'lock:mine', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000015, 'fingerprint-3', 'needsPerson', 1, 0, 0, 0, 0, 1771200010000, '{"myComments":["old-1"],"sameWords":[],"status":"NEW","values":{"status":"NEW"},"readAt":"2026-02-16T00:00:05Z"}', '{"kind":"conflict","text":"It reads otherwise now."}', '{"fields":[{"key":"status","base":"NEW","mine":"READ","theirs":"DONE"}],"who":"Ben Okafor","when":null}', 1);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, own_mark, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, sent_at, baseline, remote_ref, settled_at, shows)
VALUES (X'01900000000070008000000000000010', 2, 3, 16, '[]', 'set_status', 'status', 'compareAndSet', '{"to":"READ"}', 'hash-16', '{"status":"NEW"}', '{"status":"READ"}', 'lock:mine', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000016, 'fingerprint-3', 'confirmed', 1, 0, 0, 0, 0, 1771200010000, '{"myComments":["old-1"],"sameWords":[],"status":"NEW","values":{"status":"NEW"},"readAt":"2026-02-16T00:00:05Z"}', 'remote-16', 1771200030000, 1);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, own_mark, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, settled_at, settled_by, settled_why, shows)
VALUES (X'01900000000070008000000000000011', 2, 3, 17, '[]', 'set_status', 'status', 'compareAndSet', '{"to":"READ"}', 'hash-17', '{"status":"NEW"}', '{"status":"READ"}', 'lock:mine', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000017, 'fingerprint-3', 'discarded', 0, 0, 0, 0, 0, 1771200030000, 'Ana Ruiz', 'no longer needed', 0);

INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, own_mark, actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, settled_at, shows)
VALUES (X'01900000000070008000000000000012', 2, 3, 18, '[]', 'set_status', 'status', 'compareAndSet', '{"to":"READ"}', 'hash-18', '{"status":"NEW"}', '{"status":"READ"}', 'lock:mine', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000018, 'fingerprint-3', 'withdrawn', 0, 0, 0, 0, 0, 1771200030000, 0);

-- One that is longer than a page.
INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, actor, made_at, state,
                    attempts, waits, sign_ins, looks, rounds, next_at, shows)
VALUES (X'01900000000070008000000000000013', 1, 2, 19, '[]', 'comment', 'comment', 'comment',
        '{"internal":false,"text":"' || replace(hex(zeroblob(7000)), '00', 'made-up ') || '"}', 'hash-19', '{}', '{}',
        '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000019, 'queued', 0, 0, 0, 0, 0, 1771200020000, 1);

-- One with a file of several pages.
INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, actor, made_at, state,
                    attempts, waits, sign_ins, looks, rounds, next_at, shows)
VALUES (X'01900000000070008000000000000014', 1, 1, 20, '[]', 'comment', 'comment', 'comment',
        '{"files":[{"hash":"ed819ab0a7f09cc8a1d8bcecb519d3e8792af65796ca01dad68ba083bd44fbfe","mediaType":"text/plain","name":"made-up.txt","size":9600}],"internal":true,"text":"See file"}',
        'hash-20', '{}', '{}', '{"name":"Ana Ruiz","email":"ana@example.org"}', 1771200000020, 'queued', 0, 0, 0, 0, 0, 1771200020000, 1);
INSERT INTO outgoing_file (key, item, hash, kept_at, content)
VALUES (1, 1, 'ed819ab0a7f09cc8a1d8bcecb519d3e8792af65796ca01dad68ba083bd44fbfe', 1771200000020, CAST(replace(hex(zeroblob(1200)), '00', 'made-up ') AS BLOB));

INSERT INTO draft (item, action, fields, saved_at) VALUES
    (1, 'comment', '{"internal":true,"text":"A made-up draft"}', 1771200000000),
    (3, 'comment', '{"internal":false,"text":"' || replace(hex(zeroblob(900)), '00', 'long ') || '"}', 1771200001000);

INSERT INTO new_draft (action, connection, fields, saved_at) VALUES
    ('createCase', 1, '{"caseNumber":"case-begun"}', 1771200000000);

INSERT INTO person (key, connection, id, born, family, namesake, about) VALUES
    (1, 1, X'0a000000000050008000000000000001', 19450714, 'kordero', 'kordero t', '{"name":{"family":"Cordero","given":"Thelma","prefix":null,"suffix":null},"birthDate":"1945-07-14","gender":"F","identifiers":[]}'),
    (2, 2, X'0a000000000050008000000000000002', 19450714, 'kordero', 'kordero t', '{"name":{"family":"Cordero","given":"Thelma","prefix":null,"suffix":null},"birthDate":"1945-07-14","gender":"F","identifiers":[]}');
INSERT INTO item_person (item, person) VALUES (1, 1), (3, 2);
INSERT INTO proposal (one, other, weight, decided) VALUES (1, 2, 92, 1);
-- One that was refused, undone and confirmed.
INSERT INTO same_person (key, one, one_connection, other, other_connection, verdict, stands, decided_by, decided_at, one_about,
                         other_about, evidence, undone_by, undone_at)
VALUES (1, X'0a000000000050008000000000000001', 1, X'0a000000000050008000000000000002', 2, 'refused', 0, 'Ana Ruiz', 1771200000000,
        '{"name":{"family":"Cordero","given":"Thelma","prefix":null,"suffix":null},"birthDate":"1945-07-14","gender":"F","identifiers":[]}',
        '{"name":{"family":"Cordero","given":"Thelma","prefix":null,"suffix":null},"birthDate":"1945-07-14","gender":"F","identifiers":[]}',
        '[{"what":"sameBirthDate","weight":40,"mine":"1945-07-14","theirs":"1945-07-14"}]', 'Ana Ruiz', 1771200001000),
       (2, X'0a000000000050008000000000000001', 1, X'0a000000000050008000000000000002', 2, 'confirmed', 1, 'Ana Ruiz', 1771200002000,
        '{"name":{"family":"Cordero","given":"Thelma","prefix":null,"suffix":null},"birthDate":"1945-07-14","gender":"F","identifiers":[]}',
        '{"name":{"family":"Cordero","given":"Thelma","prefix":null,"suffix":null},"birthDate":"1945-07-14","gender":"F","identifiers":[]}',
        '[{"what":"sameBirthDate","weight":40,"mine":"1945-07-14","theirs":"1945-07-14"}]', NULL, NULL);
