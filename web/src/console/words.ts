// Codes of the service in words: states, roles, reasons, what needs attention.

import { lang } from "../shared/i18n.ts";

type Words = Record<string, readonly [zh: string, en: string]>;

const STATUS: Words = {
  waiting: ["等待位置", "Waiting for a place"],
  alerting: ["正在呼叫", "Ringing"],
  en_route: ["有人赶往", "On the way"],
  on_scene: ["有人到场", "On scene"],
  nobody_available: ["暂无人可派", "Nobody available"],
  ambulance_there: ["救护车已到", "Ambulance there"],
  closed: ["已结束", "Closed"],
};

const ALERT: Words = {
  ringing: ["呼叫中", "ringing"],
  accepted: ["在途", "on the way"],
  arrived: ["已到场", "there"],
  done: ["已完成", "done"],
  declined: ["不能去", "cannot come"],
  timed_out: ["未应答", "no answer"],
  withdrawn: ["已取消呼叫", "no longer rung"],
  handed_back: ["中途退出", "gave it back"],
  stood_down: ["已撤回", "called off"],
};

const REASON: Words = {
  enough_there: ["现场已足够", "enough help is there"],
  answered_earlier: ["已对上一次呼叫作答", "answered the first ringing"],
  patient_moved: ["患者位置变了，走不到了", "the patient's place changed"],
  ambulance_there: ["救护车已到", "the ambulance is there"],
  cancelled: ["120 取消了呼救", "120 cancelled the call"],
  closed: ["120 结束了呼救", "120 closed the call"],
  stood_down: ["调度员取消派遣", "a dispatcher stopped it"],
  called_off: ["调度员撤回", "a dispatcher called them off"],
  not_needed: ["调度员撤回：不再需要", "a dispatcher called them off: not needed"],
  not_suitable: ["调度员撤回：不合适", "a dispatcher called them off: not suitable"],
  out_of_touch: ["调度员撤回：联系不上", "a dispatcher called them off: out of touch"],
  unsafe: ["调度员撤回：现场不安全", "a dispatcher called them off: not safe there"],
  expired: ["超过时限自动结束", "open for too long, closed by itself"],
  time_over: ["搜索时间已到", "the time for searching is over"],
  nobody_left: ["附近没有可派的人", "nobody was found"],
  duplicate: ["与另一起事件是同一呼救", "another incident is the same call"],
  old_call: ["呼救时间已久", "the call is old"],
};

const ATTENTION: Words = {
  location_missing: ["120 没有给出位置，请确定患者位置", "120 gave no place: set the patient's place"],
  bad_location: ["位置读不出来，请确定患者位置", "The place cannot be read: set it"],
  no_datum: ["坐标没有注明坐标系，请核对位置", "The coordinates name no datum: set the place"],
  unknown_datum: ["坐标系不认识，请核对位置", "Unknown datum: set the place"],
  zero_coordinates: ["坐标是 0,0，请确定患者位置", "The coordinates are 0,0: set the place"],
  bad_coordinates: ["坐标不在地球上，请确定患者位置", "No place on earth: set the place"],
  swapped_coordinates: ["经纬度疑似写反，请核对位置", "Longitude and latitude look swapped: set the place"],
  outside_service_area: ["位置在服务区域之外，请核对", "The place is outside the service area: check it"],
  call_missing: ["只收到更新，没收到呼救本身，请向 120 核实", "An update came without its call: ask 120"],
  matching_failed: ["自动搜索出错，请手动加派", "The search failed: add people by hand"],
  news_after_end: ["结束后又有新消息，请核实", "News came after the end: check with 120"],
  broken_json: ["120 的消息无法读取，请向 120 核实", "120's message cannot be read: ask 120"],
  broken_xml: ["120 的消息无法读取，请向 120 核实", "120's message cannot be read: ask 120"],
  forbidden_xml: ["120 的消息不合规定，未读取，请向 120 核实", "120's message is of a forbidden kind: ask 120"],
  too_deep: ["120 的消息过于复杂，未读取，请向 120 核实", "120's message has too many layers: ask 120"],
  too_many_parts: ["120 的消息过长，未读取，请向 120 核实", "120's message has too many parts: ask 120"],
  bad_kind: ["120 消息的类别读不出来，请核实", "The message's kind cannot be read: ask 120"],
  bad_part: ["120 消息有一部分读不出来，请核实", "A part of the message cannot be read: check it"],
  bad_message_id: ["120 消息的编号读不出来，请核实", "The message's id cannot be read: check with 120"],
  not_an_object: ["120 的消息无法读取，请向 120 核实", "120's message cannot be read: ask 120"],
  no_data: ["120 的消息没有内容，请向 120 核实", "120's message is empty: ask 120"],
  not_utf8: ["文字编码不对，请核对地址和说明", "Texts were in another encoding: check them"],
  unknown_type: ["120 消息类型不认识，请核实", "Unknown kind of message: ask 120"],
  no_cad_ref: ["120 消息没有受理号，请核实", "The message has no reference: ask 120"],
  bad_timestamp: ["120 消息的时间不对", "The message's time cannot be read"],
  timestamp_in_future: ["120 的时钟偏快，请核对", "120's clock is ahead: check it"],
  bad_ambulance_eta: ["救护车时间无法使用", "The ambulance's time cannot be used"],
  vague_place: ["位置过于模糊，请问清具体地点", "The place is vague: ask where exactly"],
  address_dropped: ["患者位置变动较大，原地址已不再显示，请核对", "The patient is elsewhere now: ask for the address"],
  old_call: ["呼救时间已久，未自动呼叫，请核实", "An old call: nobody was rung by itself"],
  another_incident_near: ["附近另有一起事件，可能是同一患者", "Another incident is near: one patient?"],
  nobody_available: ["附近没有人能去", "Nobody near can come"],
  reference_used_again: ["同一受理号有两起呼救，请向 120 核实", "Two calls under one reference: ask 120"],
  message_id_used_again: ["120 的消息编号重复，请核实", "120 used a message's id again: check with them"],
};

const REFUSAL: Words = {
  outside_service_area: ["这个位置在服务区域之外，请核对坐标和坐标系。", "This place is outside the service area: check the coordinates and the datum."],
  swapped_coordinates: ["经纬度疑似写反：经度在前，纬度在后。", "Longitude and latitude look swapped: longitude comes first."],
  bad_coordinates: ["坐标不在地球上。", "These coordinates are no place on earth."],
  zero_coordinates: ["坐标是 0,0。", "The coordinates are 0,0."],
  same_incident: ["不能与自身合并。", "An incident cannot be joined to itself."],
  incident_closed: ["事件已结束，不能再改。请建立新的事件。", "The incident is closed: open a new call."],
  ambulance_there: ["救护车已到，不再呼叫更多人。", "The ambulance is there: nobody more is rung."],
  no_location: ["请先确定患者位置。", "Say first where the patient is."],
  already_alerted: ["此人已在呼叫中、在途或现场。", "This person is ringing, on the way or there already."],
  promised_elsewhere: ["此人正在另一个事件中，请先在那里撤回。", "This person is promised to another incident: call them off there first."],
  no_way: ["不知道此人在哪里，或者太远走不到。", "Where this person is is not known, or it is too far to walk."],
  no_aed_in_reach: ["没有此人来得及取的 AED。", "There is no AED that this person could fetch in time."],
  aed_promised: ["这台 AED 已分配给别人，或不在原处。", "This AED is promised already, or away from its place."],
  aed_not_usable: ["这台 AED 现在不可用。", "This AED is not usable now."],
  alert_over: ["此人的任务已经结束。", "This person's part is over already."],
  off_duty: ["此人未待命。", "This person is off duty."],
  no_certificate: ["此人没有救护员证。", "This person has no certificate."],
  certificate_expired: ["此人的救护员证已过期。", "This person's certificate has expired."],
  certificate_not_yet_valid: ["此人的救护员证还没有生效。", "This person's certificate is not valid yet."],
  certificate_unverified: ["此人的救护员证还没有核验。", "Nobody has verified this person's certificate yet."],
  certificate_not_accepted: ["本市不认可此人这一类证书。", "This city does not accept this person's kind of certificate."],
  paused: ["此人的派遣已暂停。", "This person has a pause."],
  not_available: ["现在不在此人的可出动时段。", "This is outside the hours in which this person may be rung."],
  quiet_hours: ["现在是此人的免打扰时段。", "These are this person's quiet hours."],
  no_position: ["不知道此人现在在哪里。", "Where this person is now is not known."],
  not_reachable: ["此人的手机现在联系不上。", "This person's phone cannot be reached now."],
  no_consent: ["此人没有同意，不能呼叫。", "This person has not consented and cannot be rung."],
  erased: ["此人的信息已清除，不能呼叫。", "This person's data has been erased."],
  unknown_rescuer: ["登记册里没有此人。", "This person is not in the registry."],
  unknown_alert: ["找不到这次呼叫。", "There is no such alert."],
  forbidden: ["您的账号没有这个权限。", "Your account may not do this."],
  database_away: ["数据库暂时不可用，请稍后再试。", "The database is away: try again in a moment."],
  too_many_requests: ["操作太频繁，请稍后再试。", "Too often: try again in a moment."],
};

const SEARCH: Words = {
  first_search: ["首次搜索", "first search"],
  place_changed: ["因为患者位置变了", "because the patient's place changed"],
  ambulance_eta_changed: ["因为救护车时间变了", "because the ambulance's time changed"],
  somebody_declined: ["因为有人不能去", "because somebody cannot come"],
  somebody_handed_back: ["因为有人中途退出", "because somebody gave it back"],
  somebody_stayed_silent: ["因为有人未应答", "because somebody did not answer"],
  somebody_was_not_reached: ["因为有人的手机没有收到", "because somebody was not reached"],
  somebody_was_called_off: ["因为有人被撤回", "because somebody was called off"],
  taken_up: ["因为暂缓结束", "because it was put off no longer"],
  somebody_came: ["因为附近有人可用了", "because somebody came within reach"],
  wave_ended: ["因为上一批应答时间到", "because the time for answers was over"],
};

const TAKEN_UP: Words = {
  another_patient: ["调度员确认是另一位患者", "a dispatcher says it is another patient"],
  nobody_said: ["等待时间已到", "nobody said anything"],
  waited: ["没有随后的结束消息", "no end came behind it"],
  other_over: ["另一起事件已结束", "the other incident is over"],
  place_changed: ["位置已变", "the place is another one now"],
};

const PROBLEM: Words = {
  missing: ["不在原处", "missing"],
  locked: ["锁着，拿不到", "locked away"],
  broken: ["坏了", "broken"],
  wrong_place: ["位置不对", "in another place"],
  pads_expired: ["电极片过期", "pads expired"],
  other: ["其他", "other"],
};

const USABLE_REASON: Words = {
  closed: ["现在关门", "closed now"],
  out_of_service: ["停用", "out of service"],
  state_unknown: ["设备状态不明", "state of the device not clear"],
  missing: ["不在原处", "missing"],
  in_use: ["使用中", "in use"],
  reserved: ["已分配给一个事件", "promised to an incident"],
  access_private: ["不对公众开放", "not open to the public"],
  access_unclear: ["能否取用不明", "access not clear"],
  hours_unknown: ["开放时间不明", "hours unknown"],
  hours_unparseable: ["开放时间读不懂", "hours cannot be read"],
  hours_conditional: ["开放时间视情况", "hours depend"],
  hours_need_school_calendar: ["开放时间随校历", "hours follow the school year"],
};

function word(words: Words, code: string): string | undefined {
  return words[code]?.[lang.value === "zh" ? 0 : 1];
}

export const statusWord = (code: string): string => word(STATUS, code) ?? code;
export const alertWord = (code: string): string => word(ALERT, code) ?? code;
export const reasonWord = (code: string): string => word(REASON, code) ?? code;
export const searchReasonWord = (code: string): string => word(SEARCH, code) ?? code;
export const takenUpWord = (code: string): string => word(TAKEN_UP, code) ?? code;
export const attentionWord = (code: string): string => word(ATTENTION, code) ?? code;
export const problemWord = (code: string): string => word(PROBLEM, code) ?? code;
export const usableWord = (code: string): string => word(USABLE_REASON, code) ?? code;

/** What the service refused, in words; its own sentence where the code is not known here. */
export const refusalWord = (code: string, message: string): string =>
  word(REFUSAL, code) ?? word(ATTENTION, code) ?? `${message} (${code})`;
