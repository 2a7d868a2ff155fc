/* intake/intake_priv.h - what the files of this room share: the listener, a route, a reply. */
#ifndef INTAKE_INTAKE_PRIV_H
#define INTAKE_INTAKE_PRIV_H

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <microhttpd.h>

#include "base/buf.h"
#include "intake/intake.h"
#include "ledger/ledger.h"

enum {
    INTAKE_PEM_MAX = 256 * 1024,
    INTAKE_REPLY_MAX = 16 * 1024,
    INTAKE_PEER_S = 30,
    INTAKE_SWALLOW_MAX = 8 * 1024 * 1024 /* an oversized body is read this far, then cut off */
};

/* Where a request goes. */
enum intake_route {
    INTAKE_ROUTE_NONE,
    INTAKE_ROUTE_RECORD, /* /v1/records/{id} */
    INTAKE_ROUTE_RECEIPT, /* /v1/records/{id}/receipt */
    INTAKE_ROUTE_REPORT, /* /v1/report */
    INTAKE_ROUTE_CALL, /* /v1/call */
    INTAKE_ROUTE_HEALTH, /* /v1/health */
    INTAKE_ROUTE_ENROLMENT, /* /v1/enrolment */
    INTAKE_ROUTE_BUNDLE /* /v1/bundles/{kind} and /v1/bundles/{kind}/{sha256} */
};
/* Reads a path; ret_id is set for the two routes that have one. */
enum intake_route intake_route(const char *path, uint8_t ret_id[SEAL_ID_LEN]);

/* bundle.c: what is wanted of a bundle. */
struct intake_wanted {
    enum seal_bundle kind;
    char hash[2 * SEAL_HASH_LEN + 1]; /* of a file; "": the manifest */
};
bool intake_bundle_path(const char *path, struct intake_wanted *ret_wanted);

/* Errors as the kiosk sees them. */
enum intake_problem {
    INTAKE_PROBLEM_NONE,
    INTAKE_PROBLEM_PATH,
    INTAKE_PROBLEM_METHOD,
    INTAKE_PROBLEM_PEER, /* no client certificate that we trust */
    INTAKE_PROBLEM_FOREIGN, /* the envelope is of another kiosk than the one that sends it */
    INTAKE_PROBLEM_REVOKED, /* the terminal's certificate was revoked, or that of the record */
    INTAKE_PROBLEM_TOO_LARGE,
    INTAKE_PROBLEM_TYPE,
    INTAKE_PROBLEM_FORM,
    INTAKE_PROBLEM_SIGNATURE,
    INTAKE_PROBLEM_ID,
    INTAKE_PROBLEM_CONFLICT,
    INTAKE_PROBLEM_REPORT, /* nothing that a terminal of ours says */
    INTAKE_PROBLEM_CALL, /* the same of a call for staff */
    INTAKE_PROBLEM_NO_RECEIPT,
    INTAKE_PROBLEM_NO_BUNDLE, /* nothing of this kind is published, or no such file */
    INTAKE_PROBLEM_RANGE,
    INTAKE_PROBLEM_BUSY,
    INTAKE_PROBLEM_NO_SPACE,
    INTAKE_PROBLEM_LEDGER,
    INTAKE_PROBLEM_COUNT
};

/* Bytes of a file, in the place of a body. */
struct intake_part {
    int fd; /* owned; -1: none */
    uint64_t from, len, size; /* of these, and of the whole file */
    char etag[2 * SEAL_HASH_LEN + 3]; /* with its quotes; "": none */
};
struct intake_reply {
    int status;
    enum intake_problem problem;
    int error; /* KERR_..., for the log */
    int retry_after_s; /* 0: not said */
    unsigned share; /* intake_session_share; 0: not said */
    const char *type; /* static */
    uint64_t position;
    char record[2 * SEAL_ID_LEN + 1]; /* whose path was asked; "" when none was */
    struct buf body;
    struct intake_part part;
};
void intake_reply_init(struct intake_reply *reply);
void intake_reply_release(struct intake_reply *reply);
/* Makes the reply a problem (RFC 9457) that names the record, if one was asked for. */
void intake_reply_problem(struct intake_reply *reply, enum intake_problem problem, int error);

/* The same for an error of the ledger. */
void intake_reply_ledger(struct intake_reply *reply, int error);

/* Who is at the other end: a certificate's name and serial number. */
struct intake_peer {
    char name[SEAL_NAME_MAX];
    uint8_t serial[SEAL_SERIAL_MAX + 1]; /* with a byte for the sign */
    size_t serial_len;
};
/* A connection, from accept to close, with the moment by which it must have finished a request. */
struct intake_session {
    int fd;
    int64_t deadline_ms; /* monotonic; under sessions_lock */
    char kiosk[SEAL_NAME_MAX]; /* "" until its certificate was verified; under sessions_lock */
    struct intake_session *next, **link; /* under sessions_lock */
    /* Touched by the connection's own thread only: */
    struct intake_peer peer; /* as last verified; whether it was revoked is asked each time */
    int64_t peer_until_ms; /* monotonic: till then it is not verified again */
    bool has_point;
    uint8_t point[SEAL_HASH_LEN]; /* of the last one that fitted: it is not verified again */
};

/* metrics.c: what was done, in numbers. */
enum { INTAKE_LATENCY_ENDS = 13, INTAKE_CONTACTS_MAX = 2048 };

struct intake_contact {
    char kiosk[SEAL_NAME_MAX];
    int64_t at_s;
};
struct intake_metrics {
    pthread_mutex_t lock; /* for all that follows but started_s */
    int64_t started_s;
    uint64_t good[2][2]; /* [is_put][is_new] */
    uint64_t problems[2][INTAKE_PROBLEM_COUNT]; /* [is_put] */
    uint64_t latency[INTAKE_LATENCY_ENDS + 1]; /* of PUTs; the last: longer than all */
    uint64_t latency_sum_ms;
    struct intake_contact *contacts; /* owned; room for INTAKE_CONTACTS_MAX */
    size_t contact_count;
};
/* One answer. */
struct intake_measure {
    bool is_put, is_new;
    enum intake_problem problem;
    int64_t took_ms;
    const char *kiosk; /* SEAL_NAME_MAX bytes; "" when it is not known */
};
/* What the ledger says of itself now. */
struct intake_ledger_state {
    int error; /* KERR_..., then the rest is 0 */
    uint64_t position, changes, quarantined, alarms;
    unsigned connections; /* of the listener */
};
void intake_metrics_init(struct intake_metrics *metrics, int64_t now_s);
void intake_metrics_release(struct intake_metrics *metrics);
/* Any thread. When there are too many terminals, the one silent for longest is forgotten. */
void intake_metrics_note(
    struct intake_metrics *metrics, const struct intake_measure *measure, int64_t now_s);
/* Appends the text. Any thread. KERR_TOO_BIG, KERR_NO_MEMORY. */
int intake_metrics_write(
    struct intake_metrics *metrics, const struct intake_ledger_state *ledger, struct buf *out);
/* Appends when the keys end that terminals seal with, from their newest reports: whichever intake heard them, and however
 * often it was started. At most INTAKE_CONTACTS_MAX by name; all are counted. Errors of the ledger, KERR_TOO_BIG. */
int intake_metrics_keys(struct ledger *ledger, int64_t now_s, struct buf *out);
/* The member "code" of a problem's body, and its status. */
const char *intake_problem_code(enum intake_problem problem, int *ret_status);
struct intake_ledger_state intake_ledger_look(struct ledger *ledger);
/* The body of both healths. */
void intake_write_health(struct buf *out, const struct intake_ledger_state *state);

/* turns.c: what waits to be written, oldest first. */
struct intake_turns {
    pthread_mutex_t lock; /* for all that follows */
    pthread_cond_t wake;
    struct intake_job *jobs, **end; /* end: where the next one goes */
    size_t waiting; /* how many those are */
    bool is_led; /* somebody is writing, or about to */
    bool is_gathering; /* he waits for more */
    pthread_cond_t enough; /* for him, by the monotonic clock */
    bool is_slow; /* the last commit took long enough that sharing the next one pays */
    size_t crowd; /* how many shared the last commit or waited behind it */
    uint64_t last; /* the position of the newest entry that was made here; 0: none yet */
    unsigned calm; /* commits in a row with nobody else's between; INTAKE_CALM at most */
    uint64_t foreseen; /* the last position that somebody was told to expect */
    size_t ahead; /* how many were told one and have not come, or are not done */
};
enum { INTAKE_CALM = 8 };
void intake_turns_init(struct intake_turns *turns);
void intake_turns_release(struct intake_turns *turns);
/* The position that the next new entry gets unless somebody else writes meanwhile, for the one who asks; 0: nobody
 * knows, or somebody else did lately. A guess that is wrong costs a way to the server and a line in its log. Whoever was
 * told one comes to intake_work with it (struct ledger_work, foreseen). NULL is accepted. */
uint64_t intake_foresee(struct intake_turns *turns);
/* Does a work by the door's ledger, in one commit with what others of its turns have at the same time. Answers its
 * result. */
int intake_work(const struct intake_door *door, struct ledger_work *work);

struct intake {
    struct MHD_Daemon *daemon;
    struct MHD_Daemon *watch; /* NULL: not watched */
    struct ledger *watch_ledger;
    struct intake_metrics metrics;
    char *apart; /* owned; the folder of revoked terminals' records, or NULL */
    char *enrolment; /* owned; the folder of requests for certificates, or NULL */
    char *bundles; /* owned; the folder of what goes down, or NULL */
    const struct seal_verifier *verifier; /* borrowed, like the next two */
    const struct seal_signer *signer;
    const struct clock *clock;
    void (*answered)(void *ctx, const struct intake_event *event);
    void *ctx;

    /* Handles that no request is using; both under ledgers_lock. */
    struct ledger *ledgers[INTAKE_LEDGERS];
    size_t ledgers_free;
    pthread_mutex_t ledgers_lock;
    pthread_cond_t ledgers_wake;
    struct intake_turns turns; /* of the connections */

    struct intake_session *sessions; /* under sessions_lock, like the next and stopping */
    unsigned terminals; /* that have a connection; one without a name yet counts as another */
    pthread_mutex_t sessions_lock;
    pthread_cond_t sessions_wake;
    bool stopping;
    pthread_t reaper;
};

/* record.c: what a request does. Any thread. */
void intake_put_record(struct intake *intake, const struct intake_claim *claim,
    const uint8_t *bytes, size_t len, struct intake_reply *ret_reply);
void intake_get_receipt(struct intake *intake, const char *peer, const uint8_t id[SEAL_ID_LEN],
    struct intake_reply *ret_reply);
void intake_get_health(struct intake *intake, struct intake_reply *ret_reply);

/* bundle.c: what goes down. Headers are NULL when they were not sent. */
struct intake_ask {
    struct intake_wanted wanted;
    const char *if_none_match, *range, *if_range;
};
void intake_get_bundle(
    struct intake *intake, const struct intake_ask *ask, struct intake_reply *ret_reply);

/* A ledger handle for the time of one work; waits for one. */
struct ledger *intake_take_ledger(struct intake *intake);
void intake_give_ledger(struct intake *intake, struct ledger *ledger);
struct intake_door intake_door_of(struct intake *intake, struct ledger *ledger);

/* word.c: what a kiosk says of itself. Any thread. */
#define INTAKE_POINT_HEADER "Madoguchi-Point" /* SignedData in hexadecimal digits */
/* An enum ledger_point_verdict (LEDGER_POINT_SAME also for no text); KERR_SEAL_FORM, KERR_SEAL_SIGNATURE (not this
 * peer's), errors of the ledger. session may be NULL. */
int intake_note_point(
    struct intake *intake, struct intake_session *session, const char *peer, const char *text);

#define INTAKE_REPORT_HEADER "Madoguchi-Report" /* base/report.h */
/* Keeps what a kiosk says of itself. 0, also for no text; KERR_INVALID, errors of the ledger. */
int intake_note_report(struct intake *intake, const char *peer, const char *text);

#define INTAKE_CALL_HEADER "Madoguchi-Call" /* base/call.h */
/* Keeps a call for staff and answers how it stands; the kiosk asks again and again while it waits. */
void intake_put_call(
    struct intake *intake, const char *peer, const char *text, struct intake_reply *ret_reply);

/* enrol.c: a terminal asks for its next certificates: 202 while staff have not signed, then 200 with them. Any
 * thread; borrowed during the call. */
struct intake_asking {
    const char *peer;
    const uint8_t *bytes;
    size_t len;
};
void intake_put_enrolment(
    struct intake *intake, const struct intake_asking *asking, struct intake_reply *ret_reply);

/* peer.c: who is at the other end. */
/* Makes a new connection's handshake fail without a client certificate of the trusted CA. */
void intake_peer_require(struct MHD_Connection *connection);
/* The verified client certificate's one common name; verified at a connection's first request, and
 * again when INTAKE_PEER_S have passed; whether it was revoked is told at each. KERR_SEAL_SIGNATURE. */
int intake_peer_name(struct intake *intake, struct MHD_Connection *connection,
    char ret_name[SEAL_NAME_MAX], bool *ret_revoked);

/* apart.c: keeps a record of a revoked terminal; the same one once. KERR_NO_SPACE (also for more than
 * INTAKE_APART_MAX of a terminal), KERR_IO. */
enum { INTAKE_APART_MAX = 1000 };
int intake_set_apart(
    const char *folder, const struct seal_header *header, const uint8_t *bytes, size_t len);

/* watch.c: the port for watchers. */
/* As intake_start; after an error intake_watch_stop is still called. */
int intake_watch_start(struct intake *intake, const char *ledger, uint16_t port);
void intake_watch_stop(struct intake *intake);

/* intake.c: libmicrohttpd's own complaints carry what a client sent; they are dropped. */
void intake_drop_message(void *cls, const char *format, va_list args) ATTR_PRINTF(2, 0);

/* session.c: connections that dawdle are cut off. */
int intake_sessions_start(struct intake *intake);
void intake_sessions_stop(struct intake *intake);
void intake_session_open(struct intake *intake, struct MHD_Connection *connection, void **session);
/* The session of a connection; NULL without memory for one. */
struct intake_session *intake_session_of(struct MHD_Connection *connection);
void intake_session_close(struct intake *intake, void **session);
/* Whose it is. */
void intake_session_name(struct intake *intake, struct intake_session *session, const char *kiosk);
/* Of the places that there are, INTAKE_SHARED are shared out evenly to the terminals that are there, at least one to each:
 * how many a terminal should take. The others are for calls and bundles. */
enum { INTAKE_SHARED = INTAKE_CONNECTIONS_MAX / 4 * 3 };
#define INTAKE_SHARE_HEADER "Madoguchi-Connections" /* says it, with each answer to a record */
unsigned intake_session_share(struct intake *intake);
/* A request was finished: the next one has time again. */
void intake_session_renew(struct intake *intake, struct MHD_Connection *connection);

/* request.c: HTTP. Callbacks of libmicrohttpd with the intake as cls. */
enum MHD_Result intake_on_request(void *cls, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_len, void **ctx);
void intake_on_completed(
    void *cls, struct MHD_Connection *connection, void **ctx, enum MHD_RequestTerminationCode code);

#endif
