/** Invented e-mails to begin with; "\u00b6" ends the subject, as in the data that the model learnt from. */
export const samples: readonly { readonly label: string; readonly source: string; readonly text: string }[] = [
  {
    label: "An offer",
    source: "Invented: an advertisement",
    text: "Limited time offer: save up to 70% today! ¶ Dear friend, you have been selected to receive our exclusive offer. Click here to order now, no credit check and 100% money back guarantee! To be removed from this mailing list, reply with remove in the subject.",
  },
  {
    label: "A mailing list",
    source: "Invented: a question to a list of programmers",
    text: "Re: segfault when loading the module ¶ On Tuesday you wrote that the patch fixes it. I applied it to the current CVS version and the build works, but the test for the new parser still fails with gcc on my machine. Does anybody know whether the list of includes changed?",
  },
  {
    label: "A colleague",
    source: "Invented: a note at work",
    text: "Lunch on Thursday? ¶ Hi, I think we should talk about the schedule before the meeting. Would noon be fine with you? I can bring the notes from last week. Thanks!",
  },
  {
    label: "In between",
    source: "Invented: a newsletter that somebody asked for",
    text: "Your weekly newsletter ¶ This week: how to choose a free web server, three articles on security, and a report from the conference. You receive this because you subscribed on our site. Visit our web page to change your address or to unsubscribe.",
  },
];
