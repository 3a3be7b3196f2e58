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
      totp_required: "请输入验证器应用的动态口令。",
      totp_wrong: "动态口令不对，或已经用过。",
      totp_not_enrolled: "这个账号必须先绑定验证器应用。",
      too_many_requests: "操作太频繁，请稍候再试。",
      unauthorized: "登录已失效，请重新登录。",
      forbidden: "您的账号没有此权限。",
      no_session: "登录已失效，请重新登录；志愿者请用新的邀请加入。",
      bad_token: "登录已失效，请重新登录。",
      no_consent: "没有有效的同意，请先同意。",
      rescuer_erased: "这位志愿者的个人数据已删除。",
      too_many_sign_ins: "登录尝试太多，请过几分钟再试。",
      too_many_failures: "失败次数太多，请过几分钟再试。",
      too_many_messages: "消息太多，请稍候再试。",
      too_far: "太远了，走路到不了。",
      bad_box: "范围太大，请放大地图。",
      bad_request: "填写的内容有误，请检查。",
      unknown_aed: "没有这台 AED。",
      unknown_rescuer: "没有这位志愿者。",
      unknown_alert: "这次呼叫已经不在了。",
      unknown_incident: "没有这起事件。",
      unknown_test: "这不是最近一次测试呼叫。",
      outside_service_area: "位置不在服务范围内。",
      zero_coordinates: "没有定位到位置。",
      bad_coordinates: "位置无效。",
      bad_position: "这个位置不可能是真的，没有采用。",
      bad_accuracy: "手机没有说明定位精度，位置没有采用。",
      position_jump: "两次定位相距太远，请重新定位。",
      position_old: "位置太旧或手机时间不对，没有采用。",
      clock_wrong: "手机时间不对，请校准。位置已采用。",
      coarser_position: "保留了刚才更准确的位置。",
      aed_promised: "这台 AED 已分配给别的呼叫。",
      promised_elsewhere: "此人正在另一次呼叫中。",
      incident_closed: "这起事件已经结束。",
      refused: "没有被接受。",
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
      totp_required: "Type the code of your authenticator app.",
      totp_wrong: "The code is wrong or has been used.",
      totp_not_enrolled: "This account needs an authenticator app first.",
      too_many_requests: "Too many attempts. Wait a moment and try again.",
      unauthorized: "You are signed out. Please sign in again.",
      forbidden: "Your account may not do this.",
      no_session: "You are signed out. Sign in again; volunteers join with a new invitation.",
      bad_token: "You are signed out. Please sign in again.",
      no_consent: "There is no consent. Please consent first.",
      rescuer_erased: "This volunteer's personal data has been erased.",
      too_many_sign_ins: "Too many attempts to sign in. Try again in a few minutes.",
      too_many_failures: "Too many failures. Try again in a few minutes.",
      too_many_messages: "Too many messages. Try again in a moment.",
      too_far: "That is too far to walk.",
      bad_box: "The area is too large: zoom in.",
      bad_request: "Something in it is wrong. Please check.",
      unknown_aed: "There is no such AED.",
      unknown_rescuer: "There is no such volunteer.",
      unknown_alert: "This call is no longer there.",
      unknown_incident: "There is no such incident.",
      unknown_test: "This is not the last test alarm.",
      outside_service_area: "The place is outside the area of this service.",
      zero_coordinates: "The position could not be found.",
      bad_coordinates: "This is not a valid position.",
      bad_position: "This is not where anybody can be; the position was not used.",
      bad_accuracy: "The phone does not say how exact its position is; it was not used.",
      position_jump: "This position is too far from the last one: it must be measured again.",
      position_old: "The position is too old, or the phone's clock is wrong; it was not used.",
      clock_wrong: "The phone's clock is wrong: please set it. The position is used.",
      coarser_position: "The better position of a moment ago is kept.",
      aed_promised: "This AED is promised to another call.",
      promised_elsewhere: "This person is on another call.",
      incident_closed: "This incident is closed.",
      refused: "It was refused.",
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
