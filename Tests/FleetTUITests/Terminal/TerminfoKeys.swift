/// The keys of terminals as their terminfo entries have them (`infocmp -x NAME`, ncurses 6.4, kitty 0.26, foot 1.13): capability and string, in terminfo's
/// own notation. `kmous` is the beginning of a report and no key.
enum TerminfoKeys {
  struct Entry {
    var terminal: String
    var capability: String
    var bytes: [UInt8]
  }

  static let all: [Entry] = text.split(separator: "\n").flatMap { line -> [Entry] in
    let words = line.split(separator: " ")
    return words.dropFirst().compactMap { word in
      guard let equals = word.firstIndex(of: "=") else { return nil }
      return Entry(
        terminal: String(words[0]), capability: String(word[..<equals]), bytes: unescaped(word[word.index(after: equals)...]))
    }
  }

  /// `\E` is escape, `^X` a control, `\^` a circumflex.
  private static func unescaped(_ text: Substring) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      switch (byte, rest.first) {
      case (UInt8(ascii: "\\"), UInt8(ascii: "E")?): bytes.append(0x1B)
      case (UInt8(ascii: "\\"), let literal?): bytes.append(literal)
      case (UInt8(ascii: "^"), UInt8(ascii: "?")?): bytes.append(0x7F)
      case (UInt8(ascii: "^"), let letter?): bytes.append(letter & 0x1F)
      default:
        bytes.append(byte)
        continue
      }
      rest.removeFirst()
    }
    return bytes
  }

  private static let text = #"""
    xterm kDC=\E[3;2~ kEND=\E[1;2F kHOM=\E[1;2H kIC=\E[2;2~ kLFT=\E[1;2D kNXT=\E[6;2~ kPRV=\E[5;2~ kRIT=\E[1;2C ka1=\EOw ka3=\EOy kb2=\EOu
    xterm kbeg=\EOE kbs=^? kc1=\EOq kc3=\EOs kcbt=\E[Z kcub1=\EOD kcud1=\EOB kcuf1=\EOC kcuu1=\EOA kdch1=\E[3~ kend=\EOF kent=\EOM
    xterm kf1=\EOP kf10=\E[21~ kf11=\E[23~ kf12=\E[24~ kf13=\E[1;2P kf14=\E[1;2Q kf15=\E[1;2R kf16=\E[1;2S kf17=\E[15;2~ kf18=\E[17;2~
    xterm kf19=\E[18;2~ kf2=\EOQ kf20=\E[19;2~ kf21=\E[20;2~ kf22=\E[21;2~ kf23=\E[23;2~ kf24=\E[24;2~ kf25=\E[1;5P kf26=\E[1;5Q
    xterm kf27=\E[1;5R kf28=\E[1;5S kf29=\E[15;5~ kf3=\EOR kf30=\E[17;5~ kf31=\E[18;5~ kf32=\E[19;5~ kf33=\E[20;5~ kf34=\E[21;5~
    xterm kf35=\E[23;5~ kf36=\E[24;5~ kf37=\E[1;6P kf38=\E[1;6Q kf39=\E[1;6R kf4=\EOS kf40=\E[1;6S kf41=\E[15;6~ kf42=\E[17;6~
    xterm kf43=\E[18;6~ kf44=\E[19;6~ kf45=\E[20;6~ kf46=\E[21;6~ kf47=\E[23;6~ kf48=\E[24;6~ kf49=\E[1;3P kf5=\E[15~ kf50=\E[1;3Q
    xterm kf51=\E[1;3R kf52=\E[1;3S kf53=\E[15;3~ kf54=\E[17;3~ kf55=\E[18;3~ kf56=\E[19;3~ kf57=\E[20;3~ kf58=\E[21;3~ kf59=\E[23;3~
    xterm kf6=\E[17~ kf60=\E[24;3~ kf61=\E[1;4P kf62=\E[1;4Q kf63=\E[1;4R kf7=\E[18~ kf8=\E[19~ kf9=\E[20~ khome=\EOH kich1=\E[2~
    xterm kind=\E[1;2B knp=\E[6~ kpp=\E[5~ kri=\E[1;2A kDC3=\E[3;3~ kDC4=\E[3;4~ kDC5=\E[3;5~ kDC6=\E[3;6~ kDC7=\E[3;7~ kDN=\E[1;2B
    xterm kDN3=\E[1;3B kDN4=\E[1;4B kDN5=\E[1;5B kDN6=\E[1;6B kDN7=\E[1;7B kEND3=\E[1;3F kEND4=\E[1;4F kEND5=\E[1;5F kEND6=\E[1;6F
    xterm kEND7=\E[1;7F kHOM3=\E[1;3H kHOM4=\E[1;4H kHOM5=\E[1;5H kHOM6=\E[1;6H kHOM7=\E[1;7H kIC3=\E[2;3~ kIC4=\E[2;4~ kIC5=\E[2;5~
    xterm kIC6=\E[2;6~ kIC7=\E[2;7~ kLFT3=\E[1;3D kLFT4=\E[1;4D kLFT5=\E[1;5D kLFT6=\E[1;6D kLFT7=\E[1;7D kNXT3=\E[6;3~ kNXT4=\E[6;4~
    xterm kNXT5=\E[6;5~ kNXT6=\E[6;6~ kNXT7=\E[6;7~ kPRV3=\E[5;3~ kPRV4=\E[5;4~ kPRV5=\E[5;5~ kPRV6=\E[5;6~ kPRV7=\E[5;7~ kRIT3=\E[1;3C
    xterm kRIT4=\E[1;4C kRIT5=\E[1;5C kRIT6=\E[1;6C kRIT7=\E[1;7C kUP=\E[1;2A kUP3=\E[1;3A kUP4=\E[1;4A kUP5=\E[1;5A kUP6=\E[1;6A
    xterm kUP7=\E[1;7A ka2=\EOx kb1=\EOt kb3=\EOv kc2=\EOr kp5=\EOE kpADD=\EOk kpCMA=\EOl kpDIV=\EOo kpDOT=\EOn kpMUL=\EOj kpSUB=\EOm
    xterm kpZRO=\EOp
    linux kb2=\E[G kbs=^? kcbt=\E^I kcub1=\E[D kcud1=\E[B kcuf1=\E[C kcuu1=\E[A kdch1=\E[3~ kend=\E[4~ kf1=\E[[A kf10=\E[21~ kf11=\E[23~
    linux kf12=\E[24~ kf13=\E[25~ kf14=\E[26~ kf15=\E[28~ kf16=\E[29~ kf17=\E[31~ kf18=\E[32~ kf19=\E[33~ kf2=\E[[B kf20=\E[34~ kf3=\E[[C
    linux kf4=\E[[D kf5=\E[[E kf6=\E[17~ kf7=\E[18~ kf8=\E[19~ kf9=\E[20~ khome=\E[1~ kich1=\E[2~ knp=\E[6~ kpp=\E[5~ kspd=^Z kcbt2=\E[Z
    rxvt kDC=\E[3$ kEND=\E[8$ kHOM=\E[7$ kLFT=\E[d kNXT=\E[6$ kPRV=\E[5$ kRIT=\E[c ka1=\EOw ka3=\EOy kb2=\EOu kbs=^? kc1=\EOq kc3=\EOs
    rxvt kcbt=\E[Z kcub1=\E[D kcud1=\E[B kcuf1=\E[C kcuu1=\E[A kdch1=\E[3~ kel=\E[8\^ kend=\E[8~ kent=\EOM kf1=\E[11~ kf10=\E[21~
    rxvt kf11=\E[23~ kf12=\E[24~ kf13=\E[25~ kf14=\E[26~ kf15=\E[28~ kf16=\E[29~ kf17=\E[31~ kf18=\E[32~ kf19=\E[33~ kf2=\E[12~
    rxvt kf20=\E[34~ kf21=\E[23$ kf22=\E[24$ kf23=\E[11\^ kf24=\E[12\^ kf25=\E[13\^ kf26=\E[14\^ kf27=\E[15\^ kf28=\E[17\^ kf29=\E[18\^
    rxvt kf3=\E[13~ kf30=\E[19\^ kf31=\E[20\^ kf32=\E[21\^ kf33=\E[23\^ kf34=\E[24\^ kf35=\E[25\^ kf36=\E[26\^ kf37=\E[28\^ kf38=\E[29\^
    rxvt kf39=\E[31\^ kf4=\E[14~ kf40=\E[32\^ kf41=\E[33\^ kf42=\E[34\^ kf43=\E[23@ kf44=\E[24@ kf5=\E[15~ kf6=\E[17~ kf7=\E[18~
    rxvt kf8=\E[19~ kf9=\E[20~ kfnd=\E[1~ khome=\E[7~ kich1=\E[2~ knp=\E[6~ kpp=\E[5~ kslt=\E[4~ kDN=\E[b kDN5=\EOb kDN6=\EOB kLFT5=\EOd
    rxvt kLFT6=\EOD kRIT5=\EOc kRIT6=\EOC kUP=\E[a kUP5=\EOa kUP6=\EOA ka2=\EOx kb1=\EOt kb3=\EOv kc2=\EOr
    rxvt-unicode kDC=\E[3$ kEND=\E[8$ kFND=\E[1$ kHOM=\E[7$ kIC=\E[2$ kLFT=\E[d kNXT=\E[6$ kPRV=\E[5$ kRIT=\E[c ka1=\EOw ka3=\EOy kb2=\EOu
    rxvt-unicode kbs=^? kc1=\EOq kc3=\EOs kcbt=\E[Z kcub1=\E[D kcud1=\E[B kcuf1=\E[C kcuu1=\E[A kdch1=\E[3~ kel=\E[8\^ kend=\E[8~
    rxvt-unicode kent=\EOM kf1=\E[11~ kf10=\E[21~ kf11=\E[23~ kf12=\E[24~ kf13=\E[25~ kf14=\E[26~ kf15=\E[28~ kf16=\E[29~ kf17=\E[31~
    rxvt-unicode kf18=\E[32~ kf19=\E[33~ kf2=\E[12~ kf20=\E[34~ kf3=\E[13~ kf4=\E[14~ kf5=\E[15~ kf6=\E[17~ kf7=\E[18~ kf8=\E[19~
    rxvt-unicode kf9=\E[20~ kfnd=\E[1~ khome=\E[7~ kich1=\E[2~ knp=\E[6~ kpp=\E[5~ kslt=\E[4~ kDC5=\E[3\^ kDC6=\E[3@ kDN=\E[b kDN5=\EOb
    rxvt-unicode kEND5=\E[8\^ kEND6=\E[8@ kFND5=\E[1\^ kFND6=\E[1@ kHOM5=\E[7\^ kHOM6=\E[7@ kIC5=\E[2\^ kIC6=\E[2@ kLFT5=\EOd kNXT5=\E[6\^
    rxvt-unicode kNXT6=\E[6@ kPRV5=\E[5\^ kPRV6=\E[5@ kRIT5=\EOc kUP=\E[a kUP5=\EOa
    screen kbs=^? kcbt=\E[Z kcub1=\EOD kcud1=\EOB kcuf1=\EOC kcuu1=\EOA kdch1=\E[3~ kend=\E[4~ kf1=\EOP kf10=\E[21~ kf11=\E[23~
    screen kf12=\E[24~ kf2=\EOQ kf3=\EOR kf4=\EOS kf5=\E[15~ kf6=\E[17~ kf7=\E[18~ kf8=\E[19~ kf9=\E[20~ khome=\E[1~ kich1=\E[2~ knp=\E[6~
    screen kpp=\E[5~
    tmux kDC=\E[3;2~ kEND=\E[1;2F kHOM=\E[1;2H kIC=\E[2;2~ kLFT=\E[1;2D kNXT=\E[6;2~ kPRV=\E[5;2~ kRIT=\E[1;2C kbs=^? kcbt=\E[Z kcub1=\EOD
    tmux kcud1=\EOB kcuf1=\EOC kcuu1=\EOA kdch1=\E[3~ kend=\E[4~ kf1=\EOP kf10=\E[21~ kf11=\E[23~ kf12=\E[24~ kf13=\E[1;2P kf14=\E[1;2Q
    tmux kf15=\E[1;2R kf16=\E[1;2S kf17=\E[15;2~ kf18=\E[17;2~ kf19=\E[18;2~ kf2=\EOQ kf20=\E[19;2~ kf21=\E[20;2~ kf22=\E[21;2~
    tmux kf23=\E[23;2~ kf24=\E[24;2~ kf25=\E[1;5P kf26=\E[1;5Q kf27=\E[1;5R kf28=\E[1;5S kf29=\E[15;5~ kf3=\EOR kf30=\E[17;5~
    tmux kf31=\E[18;5~ kf32=\E[19;5~ kf33=\E[20;5~ kf34=\E[21;5~ kf35=\E[23;5~ kf36=\E[24;5~ kf37=\E[1;6P kf38=\E[1;6Q kf39=\E[1;6R
    tmux kf4=\EOS kf40=\E[1;6S kf41=\E[15;6~ kf42=\E[17;6~ kf43=\E[18;6~ kf44=\E[19;6~ kf45=\E[20;6~ kf46=\E[21;6~ kf47=\E[23;6~
    tmux kf48=\E[24;6~ kf49=\E[1;3P kf5=\E[15~ kf50=\E[1;3Q kf51=\E[1;3R kf52=\E[1;3S kf53=\E[15;3~ kf54=\E[17;3~ kf55=\E[18;3~
    tmux kf56=\E[19;3~ kf57=\E[20;3~ kf58=\E[21;3~ kf59=\E[23;3~ kf6=\E[17~ kf60=\E[24;3~ kf61=\E[1;4P kf62=\E[1;4Q kf63=\E[1;4R
    tmux kf7=\E[18~ kf8=\E[19~ kf9=\E[20~ khome=\E[1~ kich1=\E[2~ kind=\E[1;2B knp=\E[6~ kpp=\E[5~ kri=\E[1;2A kDC3=\E[3;3~ kDC4=\E[3;4~
    tmux kDC5=\E[3;5~ kDC6=\E[3;6~ kDC7=\E[3;7~ kDN=\E[1;2B kDN3=\E[1;3B kDN4=\E[1;4B kDN5=\E[1;5B kDN6=\E[1;6B kDN7=\E[1;7B kEND3=\E[1;3F
    tmux kEND4=\E[1;4F kEND5=\E[1;5F kEND6=\E[1;6F kEND7=\E[1;7F kHOM3=\E[1;3H kHOM4=\E[1;4H kHOM5=\E[1;5H kHOM6=\E[1;6H kHOM7=\E[1;7H
    tmux kIC3=\E[2;3~ kIC4=\E[2;4~ kIC5=\E[2;5~ kIC6=\E[2;6~ kIC7=\E[2;7~ kLFT3=\E[1;3D kLFT4=\E[1;4D kLFT5=\E[1;5D kLFT6=\E[1;6D
    tmux kLFT7=\E[1;7D kNXT3=\E[6;3~ kNXT4=\E[6;4~ kNXT5=\E[6;5~ kNXT6=\E[6;6~ kNXT7=\E[6;7~ kPRV3=\E[5;3~ kPRV4=\E[5;4~ kPRV5=\E[5;5~
    tmux kPRV6=\E[5;6~ kPRV7=\E[5;7~ kRIT3=\E[1;3C kRIT4=\E[1;4C kRIT5=\E[1;5C kRIT6=\E[1;6C kRIT7=\E[1;7C kUP=\E[1;2A kUP3=\E[1;3A
    tmux kUP4=\E[1;4A kUP5=\E[1;5A kUP6=\E[1;6A kUP7=\E[1;7A
    xterm-kitty kBEG=\E[1;2E kDC=\E[3;2~ kEND=\E[1;2F kHOM=\E[1;2H kIC=\E[2;2~ kLFT=\E[1;2D kNXT=\E[6;2~ kPRV=\E[5;2~ kRIT=\E[1;2C
    xterm-kitty kbeg=\EOE kbs=^? kcbt=\E[Z kcub1=\EOD kcud1=\EOB kcuf1=\EOC kcuu1=\EOA kdch1=\E[3~ kend=\EOF kf1=\EOP kf10=\E[21~
    xterm-kitty kf11=\E[23~ kf12=\E[24~ kf13=\E[1;2P kf14=\E[1;2Q kf15=\E[1;2R kf16=\E[1;2S kf17=\E[15;2~ kf18=\E[17;2~ kf19=\E[18;2~
    xterm-kitty kf2=\EOQ kf20=\E[19;2~ kf21=\E[20;2~ kf22=\E[21;2~ kf23=\E[23;2~ kf24=\E[24;2~ kf25=\E[1;5P kf26=\E[1;5Q kf27=\E[1;5R
    xterm-kitty kf28=\E[1;5S kf29=\E[15;5~ kf3=\EOR kf30=\E[17;5~ kf31=\E[18;5~ kf32=\E[19;5~ kf33=\E[20;5~ kf34=\E[21;5~ kf35=\E[23;5~
    xterm-kitty kf36=\E[24;5~ kf37=\E[1;6P kf38=\E[1;6Q kf39=\E[1;6R kf4=\EOS kf40=\E[1;6S kf41=\E[15;6~ kf42=\E[17;6~ kf43=\E[18;6~
    xterm-kitty kf44=\E[19;6~ kf45=\E[20;6~ kf46=\E[21;6~ kf47=\E[23;6~ kf48=\E[24;6~ kf49=\E[1;3P kf5=\E[15~ kf50=\E[1;3Q kf51=\E[1;3R
    xterm-kitty kf52=\E[1;3S kf53=\E[15;3~ kf54=\E[17;3~ kf55=\E[18;3~ kf56=\E[19;3~ kf57=\E[20;3~ kf58=\E[21;3~ kf59=\E[23;3~ kf6=\E[17~
    xterm-kitty kf60=\E[24;3~ kf61=\E[1;4P kf62=\E[1;4Q kf63=\E[1;4R kf7=\E[18~ kf8=\E[19~ kf9=\E[20~ khome=\EOH kich1=\E[2~ kind=\E[1;2B
    xterm-kitty knp=\E[6~ kpp=\E[5~ kri=\E[1;2A kBEG3=\E[1;3E kBEG4=\E[1;4E kBEG5=\E[1;5E kBEG6=\E[1;6E kBEG7=\E[1;7E kDC3=\E[3;3~
    xterm-kitty kDC4=\E[3;4~ kDC5=\E[3;5~ kDC6=\E[3;6~ kDC7=\E[3;7~ kDN=\E[1;2B kDN3=\E[1;3B kDN4=\E[1;4B kDN5=\E[1;5B kDN6=\E[1;6B
    xterm-kitty kDN7=\E[1;7B kEND3=\E[1;3F kEND4=\E[1;4F kEND5=\E[1;5F kEND6=\E[1;6F kEND7=\E[1;7F kHOM3=\E[1;3H kHOM4=\E[1;4H
    xterm-kitty kHOM5=\E[1;5H kHOM6=\E[1;6H kHOM7=\E[1;7H kIC3=\E[2;3~ kIC4=\E[2;4~ kIC5=\E[2;5~ kIC6=\E[2;6~ kIC7=\E[2;7~ kLFT3=\E[1;3D
    xterm-kitty kLFT4=\E[1;4D kLFT5=\E[1;5D kLFT6=\E[1;6D kLFT7=\E[1;7D kNXT3=\E[6;3~ kNXT4=\E[6;4~ kNXT5=\E[6;5~ kNXT6=\E[6;6~
    xterm-kitty kNXT7=\E[6;7~ kPRV3=\E[5;3~ kPRV4=\E[5;4~ kPRV5=\E[5;5~ kPRV6=\E[5;6~ kPRV7=\E[5;7~ kRIT3=\E[1;3C kRIT4=\E[1;4C
    xterm-kitty kRIT5=\E[1;5C kRIT6=\E[1;6C kRIT7=\E[1;7C kUP=\E[1;2A kUP3=\E[1;3A kUP4=\E[1;4A kUP5=\E[1;5A kUP6=\E[1;6A kUP7=\E[1;7A
    foot kDC=\E[3;2~ kEND=\E[1;2F kHOM=\E[1;2H kIC=\E[2;2~ kLFT=\E[1;2D kNXT=\E[6;2~ kPRV=\E[5;2~ kRIT=\E[1;2C kbs=^? kcbt=\E[Z kcub1=\EOD
    foot kcud1=\EOB kcuf1=\EOC kcuu1=\EOA kdch1=\E[3~ kend=\EOF kf1=\EOP kf10=\E[21~ kf11=\E[23~ kf12=\E[24~ kf13=\E[1;2P kf14=\E[1;2Q
    foot kf15=\E[1;2R kf16=\E[1;2S kf17=\E[15;2~ kf18=\E[17;2~ kf19=\E[18;2~ kf2=\EOQ kf20=\E[19;2~ kf21=\E[20;2~ kf22=\E[21;2~
    foot kf23=\E[23;2~ kf24=\E[24;2~ kf25=\E[1;5P kf26=\E[1;5Q kf27=\E[1;5R kf28=\E[1;5S kf29=\E[15;5~ kf3=\EOR kf30=\E[17;5~
    foot kf31=\E[18;5~ kf32=\E[19;5~ kf33=\E[20;5~ kf34=\E[21;5~ kf35=\E[23;5~ kf36=\E[24;5~ kf37=\E[1;6P kf38=\E[1;6Q kf39=\E[1;6R
    foot kf4=\EOS kf40=\E[1;6S kf41=\E[15;6~ kf42=\E[17;6~ kf43=\E[18;6~ kf44=\E[19;6~ kf45=\E[20;6~ kf46=\E[21;6~ kf47=\E[23;6~
    foot kf48=\E[24;6~ kf49=\E[1;3P kf5=\E[15~ kf50=\E[1;3Q kf51=\E[1;3R kf52=\E[1;3S kf53=\E[15;3~ kf54=\E[17;3~ kf55=\E[18;3~
    foot kf56=\E[19;3~ kf57=\E[20;3~ kf58=\E[21;3~ kf59=\E[23;3~ kf6=\E[17~ kf60=\E[24;3~ kf61=\E[1;4P kf62=\E[1;4Q kf63=\E[1;4R
    foot kf7=\E[18~ kf8=\E[19~ kf9=\E[20~ khome=\EOH kich1=\E[2~ kind=\E[1;2B knp=\E[6~ kpp=\E[5~ kri=\E[1;2A kDC3=\E[3;3~ kDC4=\E[3;4~
    foot kDC5=\E[3;5~ kDC6=\E[3;6~ kDC7=\E[3;7~ kDN=\E[1;2B kDN3=\E[1;3B kDN4=\E[1;4B kDN5=\E[1;5B kDN6=\E[1;6B kDN7=\E[1;7B kEND3=\E[1;3F
    foot kEND4=\E[1;4F kEND5=\E[1;5F kEND6=\E[1;6F kEND7=\E[1;7F kHOM3=\E[1;3H kHOM4=\E[1;4H kHOM5=\E[1;5H kHOM6=\E[1;6H kHOM7=\E[1;7H
    foot kIC3=\E[2;3~ kIC4=\E[2;4~ kIC5=\E[2;5~ kIC6=\E[2;6~ kIC7=\E[2;7~ kLFT3=\E[1;3D kLFT4=\E[1;4D kLFT5=\E[1;5D kLFT6=\E[1;6D
    foot kLFT7=\E[1;7D kNXT3=\E[6;3~ kNXT4=\E[6;4~ kNXT5=\E[6;5~ kNXT6=\E[6;6~ kNXT7=\E[6;7~ kPRV3=\E[5;3~ kPRV4=\E[5;4~ kPRV5=\E[5;5~
    foot kPRV6=\E[5;6~ kPRV7=\E[5;7~ kRIT3=\E[1;3C kRIT4=\E[1;4C kRIT5=\E[1;5C kRIT6=\E[1;6C kRIT7=\E[1;7C kUP=\E[1;2A kUP3=\E[1;3A
    foot kUP4=\E[1;4A kUP5=\E[1;5A kUP6=\E[1;6A kUP7=\E[1;7A
    st kDC=\E[3;2~ kEND=\E[1;2F kHOM=\E[1;2H kIC=\E[2;2~ kLFT=\E[1;2D kNXT=\E[6;2~ kPRV=\E[5;2~ kRIT=\E[1;2C ka1=\E[1~ ka3=\E[5~ kb2=\EOu
    st kbs=^? kc1=\E[4~ kc3=\E[6~ kclr=\E[3;5~ kcub1=\EOD kcud1=\EOB kcuf1=\EOC kcuu1=\EOA kdch1=\E[3~ kdl1=\E[3;2~ ked=\E[1;5F
    st kel=\E[1;2F kend=\E[4~ kf1=\EOP kf10=\E[21~ kf11=\E[23~ kf12=\E[24~ kf13=\E[1;2P kf14=\E[1;2Q kf15=\E[1;2R kf16=\E[1;2S
    st kf17=\E[15;2~ kf18=\E[17;2~ kf19=\E[18;2~ kf2=\EOQ kf20=\E[19;2~ kf21=\E[20;2~ kf22=\E[21;2~ kf23=\E[23;2~ kf24=\E[24;2~
    st kf25=\E[1;5P kf26=\E[1;5Q kf27=\E[1;5R kf28=\E[1;5S kf29=\E[15;5~ kf3=\EOR kf30=\E[17;5~ kf31=\E[18;5~ kf32=\E[19;5~ kf33=\E[20;5~
    st kf34=\E[21;5~ kf35=\E[23;5~ kf36=\E[24;5~ kf37=\E[1;6P kf38=\E[1;6Q kf39=\E[1;6R kf4=\EOS kf40=\E[1;6S kf41=\E[15;6~ kf42=\E[17;6~
    st kf43=\E[18;6~ kf44=\E[19;6~ kf45=\E[20;6~ kf46=\E[21;6~ kf47=\E[23;6~ kf48=\E[24;6~ kf49=\E[1;3P kf5=\E[15~ kf50=\E[1;3Q
    st kf51=\E[1;3R kf52=\E[1;3S kf53=\E[15;3~ kf54=\E[17;3~ kf55=\E[18;3~ kf56=\E[19;3~ kf57=\E[20;3~ kf58=\E[21;3~ kf59=\E[23;3~
    st kf6=\E[17~ kf60=\E[24;3~ kf61=\E[1;4P kf62=\E[1;4Q kf63=\E[1;4R kf7=\E[18~ kf8=\E[19~ kf9=\E[20~ khome=\E[1~ kich1=\E[2~
    st kil1=\E[2;5~ kind=\E[1;2B knp=\E[6~ kpp=\E[5~ kri=\E[1;2A krmir=\E[2;2~ kDN3=\E[1;3B kDN5=\E[1;5B kLFT3=\E[1;3D kLFT5=\E[1;5D
    st kNXT3=\E[6;3~ kNXT5=\E[6;5~ kPRV3=\E[5;3~ kPRV5=\E[5;5~ kRIT3=\E[1;3C kRIT5=\E[1;5C kUP3=\E[1;3A kUP5=\E[1;5A
    vt220 kbs=^H kcub1=\E[D kcud1=\E[B kcuf1=\E[C kcuu1=\E[A kdch1=\E[3~ kf1=\EOP kf10=\E[21~ kf11=\E[23~ kf12=\E[24~ kf13=\E[25~
    vt220 kf14=\E[26~ kf17=\E[31~ kf18=\E[32~ kf19=\E[33~ kf2=\EOQ kf20=\E[34~ kf3=\EOR kf4=\EOS kf6=\E[17~ kf7=\E[18~ kf8=\E[19~
    vt220 kf9=\E[20~ kfnd=\E[1~ khlp=\E[28~ kich1=\E[2~ knp=\E[6~ kpp=\E[5~ krdo=\E[29~ kslt=\E[4~
    """#
}
