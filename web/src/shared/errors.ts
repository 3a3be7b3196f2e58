// What the service refuses, in words for people: one place for every {code, message}.
import { dictionary } from "./i18n.ts";

/** `status` 0: no answer came at all. `code` is the service's word, or "unreachable". */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

const words = dictionary(
  {
    codes: {
      unreachable: "现在连不上服务器，请检查网络。",
      unknown_invitation: "这个邀请无效。请向发给您邀请的人要一个新的。",
      invitation_used: "这个邀请已经用过了。请要一个新的邀请。",
      invitation_expired: "这个邀请已过期。请要一个新的邀请。",
      consent_outdated: "同意书有了新版本，请重新阅读。",
      wrong_name_or_password: "用户名或密码不对。",
      too_many_requests: "操作太频繁，请稍候再试。",
      unauthorized: "登录已失效，请重新登录。",
      forbidden: "您的账号没有此权限。",
      not_found: "找不到了。",
      database_away: "数据库暂时不可用，请稍候再试。",
      try_again: "这次没有记下来，请再试一次。",
      too_late: "已经超过应答时间。",
      alert_over: "这次呼叫已经结束。",
      not_your_alert: "这不是发给您的呼叫。",
      accept_first: "请先接受任务。",
      not_arrived: "还没有确认到达。",
      already_arrived: "已经确认到达。",
      position_late: "位置太旧，没有采用。",
      malformed: "服务器看不懂这条消息。",
    },
    other: (code: string) => `没有成功（${code}）。`,
  },
  {
    codes: {
      unreachable: "The service cannot be reached. Check your connection.",
      unknown_invitation: "This invitation is not valid. Ask whoever sent it for a new one.",
      invitation_used: "This invitation has been used. Ask for a new one.",
      invitation_expired: "This invitation has expired. Ask for a new one.",
      consent_outdated: "The consent text has changed. Please read it again.",
      wrong_name_or_password: "Wrong name or password.",
      too_many_requests: "Too many attempts. Wait a moment and try again.",
      unauthorized: "You are signed out. Please sign in again.",
      forbidden: "Your account may not do this.",
      not_found: "It is not there any more.",
      database_away: "The database is away. Try again in a moment.",
      try_again: "This was not recorded. Please try again.",
      too_late: "The time to answer is over.",
      alert_over: "This call is over.",
      not_your_alert: "This call is not yours.",
      accept_first: "Accept the call first.",
      not_arrived: "You have not confirmed your arrival.",
      already_arrived: "Your arrival is confirmed already.",
      position_late: "The position is too old and was not used.",
      malformed: "The service did not understand this message.",
    },
    other: (code: string) => `It did not work (${code}).`,
  },
);

export function wordingOfCode(code: string): string {
  const codes: Readonly<Record<string, string>> = words.value.codes;
  return codes[code] ?? words.value.other(code);
}

export function wordingOf(error: unknown): string {
  return wordingOfCode(error instanceof ApiError ? error.code : "unknown");
}
